"""A real spreadsheet program, asked without a window. .ci/run installs it where it is missing."""

import shutil
import subprocess
from pathlib import Path

import pytest

MISSING = "LibreOffice is needed. As an administrator: apt-get install libreoffice-calc"


@pytest.fixture(scope="session")
def office(tmp_path_factory):
    """Opens a file and saves it in another format; gives the new file's bytes."""
    program = shutil.which("soffice")
    assert program, MISSING
    home = tmp_path_factory.mktemp("office")

    def convert(content: bytes, name: str, into: str) -> bytes:
        source = home / name
        source.write_bytes(content)
        out = home / "out"
        subprocess.run(
            [program, f"-env:UserInstallation=file://{home}/profile", "--headless", "--convert-to", into, "--outdir",
             str(out), str(source)],
            check=True, capture_output=True, timeout=180,
        )  # fmt: skip
        made: Path = out / f"{source.stem}.{into.partition(':')[0]}"
        return made.read_bytes()

    return convert
