"""What residents write about what they heard, and what the commune answers."""
