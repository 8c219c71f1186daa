"""How advice judges and speaks."""
