"""What people send to the reports app, by screen."""
