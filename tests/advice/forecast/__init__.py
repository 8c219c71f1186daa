"""Pictures of diaries, and what may be said of tomorrow."""
