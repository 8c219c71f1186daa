"""How fast we read, side by side with what people would reach for. Nothing here is asserted."""
