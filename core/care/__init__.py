"""What follows from a result."""
