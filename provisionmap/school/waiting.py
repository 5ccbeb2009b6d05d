"""How long a file that a job made for one person waits for them. Pure; what happens to it is in `actions.waiting`."""

from datetime import timedelta

KEPT_FOR = timedelta(hours=1)  # long enough to fetch a file, short enough not to be a store of children's data
PATIENCE = timedelta(minutes=3)  # a job tells of itself every few seconds: silence this long means it died
