"""What people send to the ground floor, by screen."""
