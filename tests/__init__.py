"""The tests mirror the folders; each is a small picture that can fail."""
