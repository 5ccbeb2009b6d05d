"""What script/drill tries: to break a promise, each with a control that must fail."""
