"""Pages of the reports app, by screen."""
