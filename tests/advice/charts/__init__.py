"""Charts, read from their drawings."""
