"""Cold start: from nothing to the first map, with everything set up already."""

import os
import subprocess
import sys

from benches import ground
from benches.database import ROOT
from benches.race import race
from benches.report import Report
from provisionmap.school.models import School

RATIO = 2
BARE = """
import django
django.setup()
from provisionmap.school.models import School
School.objects.count()
"""


def start(report: Report, school: School, rounds: int) -> None:
    """The web server to its first map, against setting Django up and asking one query."""
    _, cookie = ground.signed_in()

    def ours() -> None:
        port = ground.free_port()
        server = ground.start_server("provisionmap.wsgi", port=port)
        try:
            ground.wait_for(port, "/map/", cookie)
        finally:
            began = server.poll()
            if began is None:
                running.append(server)

    def limit() -> None:
        subprocess.run([sys.executable, "-c", BARE], cwd=ROOT, env=os.environ, check=True)

    running: list[subprocess.Popen] = []
    report.ratio("cold start to the first map", race(ours, limit, rounds=rounds, each=1, warm_up=1), RATIO)
    for server in running:
        server.terminate()
        server.wait(timeout=30)
