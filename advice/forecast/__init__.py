"""Tomorrow's soreness: simple forecasts, one that learns, how they are scored, and who is heard."""
