"""Where the real files are: beside the project, or where PROVISIONMAP_REAL_DATA says."""

import os
from pathlib import Path

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "data"
DATA = Path(os.environ.get("PROVISIONMAP_REAL_DATA", BESIDE))
