"""Real files are not part of the project: without them there is nothing to test, so nothing is collected."""

from tests.real.places import DATA

collect_ignore_glob = [] if DATA.is_dir() else ["*"]
