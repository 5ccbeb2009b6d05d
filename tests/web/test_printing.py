"""The server answers before it can print."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LOAD = """
import sys, django
django.setup()
import provisionmap.urls
print([name for name in ("weasyprint", "fontTools") if name in sys.modules])
"""


def test_the_addresses_load_without_the_pdf_library():
    done = subprocess.run(
        [sys.executable, "-c", LOAD],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "provisionmap.settings"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == "[]"
