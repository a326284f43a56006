"""How a night ends in safety."""
