"""Spoilt files by the ten thousand: whatever the bytes, `read` answers or says why not."""
