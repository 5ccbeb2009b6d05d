"""What people send to the learners app, by screen."""
