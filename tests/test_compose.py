"""The containers: no engine runs here, so the files' structure is held instead, and the scripts are tested natively."""

import os
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
COMPOSE = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
PLAN = yaml.safe_load(COMPOSE)
SERVICES = PLAN["services"]
OURS = ["web", "worker", "beat", "backup"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
SECRETS = ["SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD"]


def steps(word: str) -> list[str]:
    """The lines of the Dockerfile that begin with `word`, continued lines joined."""
    joined = DOCKERFILE.replace("\\\n", " ")
    return [line.removeprefix(word).strip() for line in joined.splitlines() if line.startswith(word + " ")]


def test_every_part_of_the_product_has_its_service():
    assert set(SERVICES) == {*OURS, "proxy", "database", "redis"}


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_says_whether_it_is_well_and_starts_again(name):
    service = SERVICES[name]

    assert len(service["healthcheck"]["test"]) > 1
    assert service["healthcheck"]["interval"]
    assert service["restart"] == "unless-stopped"
    assert service["logging"]["options"]["max-size"]


@pytest.mark.parametrize("name", SERVICES)
def test_no_service_gains_rights_and_all_but_the_database_have_a_read_only_root(name):
    service = SERVICES[name]

    assert service["security_opt"] == ["no-new-privileges:true"]
    if name == "database":  # its entry point changes the owner of its folder, as root, before it gives root up
        assert "read_only" not in service
        return
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]


@pytest.mark.parametrize("name", OURS)
def test_our_services_run_one_image_and_scripts_that_exist(name):
    service = SERVICES[name]

    script = ROOT / service["command"][0]
    check = ROOT / service["healthcheck"]["test"][1]

    assert (service["build"], service["image"]) == (".", "provision-map:0.1.0")
    assert [os.access(path, os.X_OK) for path in (script, check)] == [True, True]
    assert [path.parent.name for path in (script, check)] == ["script", "script"]


def test_the_commands_are_those_that_are_tested_natively():
    assert {name: SERVICES[name]["command"][0] for name in OURS} == {
        "web": "script/server",
        "worker": "script/worker",
        "beat": "script/beat",
        "backup": "script/backup",
    }
    assert steps("CMD") == ['["script/server"]']
    assert os.access(ROOT / "deploy" / "redis", os.X_OK)


def test_only_the_proxy_is_reached_from_outside():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert SERVICES["proxy"]["networks"] == ["inside", "outside"]
    outside = yaml.safe_load((ROOT / "deploy" / "outside.yml").read_text(encoding="utf-8"))["services"]
    assert outside == {name: {"networks": ["inside", "outside"]} for name in ("web", "worker")}
    assert {tuple(service["networks"]) for name, service in SERVICES.items() if name != "proxy"} == {("inside",)}
    assert PLAN["networks"]["inside"]["internal"] is True


def test_the_proxy_ends_tls_limits_bodies_and_passes_on_to_web():
    caddy = (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8")

    assert "{$DOMAIN} {" in caddy
    assert "max_size 12MB" in caddy
    assert "reverse_proxy web:8000" in caddy
    assert "./deploy/Caddyfile:/etc/caddy/Caddyfile:ro" in SERVICES["proxy"]["volumes"]


@pytest.mark.parametrize("name", ["proxy", "database", "redis"])
def test_images_of_others_name_a_version(name):
    tag = SERVICES[name]["image"].partition(":")[2]

    assert re.match(r"\d+", tag)


def test_the_image_starts_from_a_named_version():
    assert [re.fullmatch(r"python:3\.\d+-slim-bookworm", image) is not None for image in steps("FROM")] == [True]


def test_the_tools_that_copy_the_database_are_of_its_version():
    server = re.match(r"postgres:(\d+)-", SERVICES["database"]["image"])
    client = re.search(r"postgresql-client-(\d+)", DOCKERFILE)

    assert server[1] == client[1]


def test_no_secret_has_a_value_or_a_default():
    optional = ["EMAIL_URL", "EMAIL_FROM", "SECOND_STEP_OPTIONAL", "MICROSOFT_TENANT", "MICROSOFT_CLIENT_ID"]
    optional += ["MICROSOFT_CLIENT_SECRET", "GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"]  # empty where unused
    assert re.findall(r"\$\{([A-Z_]+):-", COMPOSE) == [
        "EMAIL_URL", "EMAIL_FROM", "AUDIT_KEYS", *optional[2:], "ANCHORS", "WORKERS", "JOBS", "ANCHORS", "BACKUPS",
        "ANCHORS", "BACKUPS",
    ]  # fmt: skip
    for secret in SECRETS:
        assert set(re.findall(rf"\$\{{{secret}([^}}]*)\}}", COMPOSE)) == {f":?Set {secret} in .env"}
        assert re.search(rf"^{secret}=$", EXAMPLE, re.MULTILINE)
    for service in SERVICES.values():
        for variable, value in service["environment"].items():
            if re.search(r"PASSWORD|SECRET|AUTH|_URL", variable):
                assert "${" in value


def test_secrets_reach_no_command_line():
    commands = [str(service.get("command")) + str(service["healthcheck"]) for service in SERVICES.values()]

    assert [command for command in commands if any(secret in command for secret in SECRETS)] == []


def test_every_variable_of_the_file_stands_in_the_example():
    used = set(re.findall(r"\$\{([A-Z_]+)", COMPOSE))

    explained = set(re.findall(r"^(?:# )?([A-Z_]+)=", EXAMPLE, re.MULTILINE))

    assert used - explained == set()


def test_ours_run_in_production_mode_behind_one_proxy():
    for name in OURS:
        environment = SERVICES[name]["environment"]
        assert (environment["PRODUCTION"], environment["TRUSTED_PROXY_COUNT"]) == ("1", "1")
        assert environment["DATABASE_URL"].startswith("postgres://")
        assert environment["REDIS_URL"].startswith("redis://")


def test_every_volume_that_is_used_is_declared_and_what_must_last_has_one():
    used = {
        volume.partition(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
        if not volume.startswith((".", "$"))
    }

    assert used | {"backups", "anchors"} == set(PLAN["volumes"])
    assert SERVICES["worker"]["environment"]["BACKUP_DIR"] == "/backups"  # the watch looks for the newest copy
    assert "${BACKUPS:-backups}:/backups:ro" in SERVICES["worker"]["volumes"]
    assert all("${ANCHORS:-anchors}:/anchors" in SERVICES[name]["volumes"] for name in OURS)
    assert "${BACKUPS:-backups}:/backups" in SERVICES["backup"]["volumes"]
    assert "database:/var/lib/postgresql/data" in SERVICES["database"]["volumes"]


def test_workers_wait_until_web_has_brought_the_database_up_to_date():
    for name in ("worker", "beat", "backup", "proxy"):
        assert SERVICES[name]["depends_on"] == {"web": {"condition": "service_healthy"}}
    assert SERVICES["web"]["depends_on"] == {
        "database": {"condition": "service_healthy"},
        "redis": {"condition": "service_healthy"},
    }


def test_the_database_logs_no_rows_and_no_statements():
    assert {
        "-clog_error_verbosity=terse",
        "-clog_min_error_statement=panic",
        "-clog_parameter_max_length=0",
        "-clog_parameter_max_length_on_error=0",
    } <= set(SERVICES["database"]["command"])


def test_the_image_installs_the_locked_requirements_and_is_not_run_by_root():
    setup = (ROOT / "script" / "setup").read_text(encoding="utf-8")

    assert "requirements/ requirements/" in steps("COPY")
    assert any(step.startswith("script/setup") for step in steps("RUN"))
    assert "--require-hashes -r" in setup
    assert steps("USER") == ["10001:10001"]
    assert steps("HEALTHCHECK") != []


def test_the_image_holds_nothing_of_the_machine_that_builds_it():
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()

    assert {".*", "var", "tests", "backups"} <= set(ignored)
