"""What is true of the record and the arithmetic."""
