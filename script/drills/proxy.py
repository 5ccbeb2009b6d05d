"""A proxy before the product, as in production: it takes a body in full before it passes it on. Here it is nginx."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benches import ground
from django.urls import reverse

NEEDED = "This drill needs nginx: sudo apt-get install nginx-light"
PLAN = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/errors;
events {{ worker_connections 512; }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/waiting;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  proxy_cache_path {folder}/kept keys_zone=kept:8m;
  server {{
    listen 127.0.0.1:{port};
    location / {{ proxy_pass http://127.0.0.1:{behind}; proxy_set_header Host $http_host; {more} }}
  }}
}}
"""


@contextmanager
def proxied(behind: int, more: str = "") -> Iterator[int]:
    """A proxy before the product, with `more` of nginx's own words about it; its port."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        raise SystemExit(NEEDED)
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        port = ground.free_port()
        plan = Path(folder) / "plan"
        plan.write_text(PLAN.format(folder=folder, port=port, behind=behind, more=more))
        server = subprocess.Popen([program, "-c", str(plan), "-p", folder], stderr=subprocess.DEVNULL)
        try:
            ground.wait_for(port, reverse("health"))
            yield port
        finally:
            server.terminate()
            server.wait(10)
