"""What people send to the interventions app, by screen."""
