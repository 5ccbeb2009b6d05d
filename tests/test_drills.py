"""The drills at small size: nothing is lost, and without the version check the same run loses something and says so."""

import json
import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 300  # seconds; it takes about fifteen by itself, many more beside all other tests


def test_people_who_save_the_same_cells_at_once_lose_nothing(tmp_path):
    inherited = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL")}
    run = subprocess.run(
        [ROOT / "script" / "drill", "lost-updates", "--clients", "4", "--edits", "10", "--json"],
        env={**inherited, "DATA_DIR": str(tmp_path), "WORKERS": "2"},
        cwd="/",
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )

    assert run.returncode == 0, run.stderr + run.stdout
    checked, control = json.loads(run.stdout)["rounds"].values()
    assert (checked["edits tried"], control["edits tried"]) == (40, 40)
    assert checked["edits saved (200)"] == checked["edits in the history"] > 0
    assert checked["saved, but not in the history"] + checked["saved, overwritten unseen"] == 0
    assert checked["versions missing or twice"] == checked["refused without both versions"] == 0
    assert control["saved, overwritten unseen"] > 0
