"""How the web server runs: read by script/server, all of it from the environment."""

import gc
import os

bind = f"{os.environ.get('BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WORKERS", "2"))
threads = 4
# A kept connection stays with the worker that took it, so that one may be busy while the other waits: every request is
# given to whichever is free. (Twenty people saving at once wait a third less; a new connection costs a millisecond.)
keepalive = 0
preload_app = True  # load the product once and let the workers share it: it starts sooner and takes less memory
timeout = 60
graceful_timeout = 20
limit_request_line = 4094  # addresses hold filters and ids, never text that people typed
limit_request_field_size = 8190
if os.access("/dev/shm", os.W_OK):  # noqa: S108 (only to ask whether it is there)
    worker_tmp_dir = "/dev/shm"  # noqa: S108 (the heartbeat of workers must not wait for a disk; gunicorn makes the file)

# No access log: the product writes one line a request itself, with the route in place of the address.
accesslog = None
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "provisionmap.web.log.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"gunicorn.error": {"level": "WARNING", "handlers": ["stderr"], "propagate": False}},
}


def when_ready(server):
    """Say where the product is, once the port is open; the demo says who may sign in first."""
    # What was loaded by now lives as long as the workers: no collection of theirs need look at it again.
    gc.collect()
    gc.freeze()
    announce = os.environ.get("ANNOUNCE")
    if announce:
        print(announce)
    print(f"Provision Map is at http://127.0.0.1:{bind.rpartition(':')[2]} (Ctrl+C stops it)", flush=True)
