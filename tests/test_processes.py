"""What runs in the containers, run here: the server with its worker, and over Redis worker and beat by themselves."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60  # seconds; a start takes about five, on a machine that runs all tests at once


def free_port() -> int:
    with socket.socket() as link:
        link.bind(("127.0.0.1", 0))
        return int(link.getsockname()[1])


def environment(data: Path, **changes: str) -> dict[str, str]:
    """What a script gets: nothing of the suite's own databases but what `changes` says."""
    inherited = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL")}
    return {**inherited, "DATA_DIR": str(data), "WORKERS": "1", **changes}


@contextmanager
def running(name: str, data: Path, **changes: str) -> Iterator[subprocess.Popen[str]]:
    """A script until the end of the block, in a session of its own so that nothing of it can be left behind."""
    process = subprocess.Popen(
        [ROOT / "script" / name],
        cwd="/",
        env=environment(data, **changes),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        for sign in (signal.SIGTERM, signal.SIGKILL):
            if process.poll() is None:
                os.killpg(process.pid, sign)
                try:
                    process.wait(PATIENCE / 2)
                except subprocess.TimeoutExpired:
                    continue
        process.stdout.close()


def health(part: str, data: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    command = [ROOT / "script" / "health", part]
    return subprocess.run(
        command, env=environment(data, **changes), capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def wait_for(condition: Callable[[], bool]) -> bool:
    until = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.2)
    return True


def alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture(autouse=True)
def clock():
    """The real one: other processes are waited for."""


def test_the_server_starts_its_worker_says_that_it_is_well_and_stops_both(tmp_path):
    port, data = str(free_port()), tmp_path / "a school"

    with running("server", data, PORT=port) as server:
        said = next(line for line in server.stdout if "Provision Map is at" in line)
        well = health("web", data, PORT=port)
        scheduled = wait_for(lambda: any(data.glob("schedule*")))
        second = subprocess.run(
            [ROOT / "script" / "server"], env=environment(data, PORT=port), capture_output=True, text=True, check=False
        )
        server.terminate()
        code = server.wait(PATIENCE)

    assert said == f"Provision Map is at http://127.0.0.1:{port} (Ctrl+C stops it)\n"
    assert (well.returncode, json.loads(well.stdout)["broker"]) == (0, "ok")
    assert scheduled
    assert (second.returncode, second.stderr.startswith(f"Port {port} is in use.")) == (1, True)
    assert code == 0
    assert wait_for(lambda: not alive(server.pid))


def test_the_health_check_tells_of_a_server_that_is_not_there(tmp_path):
    done = health("web", tmp_path, PORT=str(free_port()))

    assert done.returncode == 1
    assert done.stderr.startswith("no answer from http://127.0.0.1:")


def test_without_redis_there_is_no_beat_of_its_own(tmp_path):
    with running("beat", tmp_path) as beat:
        said = beat.stdout.read()
        code = beat.wait(PATIENCE)

    assert (code, said) == (1, "Without REDIS_URL script/worker keeps the schedule itself.\n")


if os.environ.get("REDIS_URL"):  # the suite runs once with it

    def test_over_redis_worker_and_beat_run_by_themselves_and_say_that_they_are_well(tmp_path):
        redis = {"REDIS_URL": os.environ["REDIS_URL"].rpartition("/")[0] + "/10"}
        with running("worker", tmp_path, **redis) as worker, running("beat", tmp_path, **redis) as beat:
            worker_well = wait_for(lambda: health("worker", tmp_path, **redis).returncode == 0)
            beat_well = wait_for(lambda: health("beat", tmp_path, **redis).returncode == 0)
            for process in (worker, beat):
                process.terminate()
            codes = [process.wait(PATIENCE) for process in (worker, beat)]

        assert (worker_well, beat_well, codes) == (True, True, [0, 0])
