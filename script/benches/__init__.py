"""What script/bench measures: ours against a limit, a module a job."""
