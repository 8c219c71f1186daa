"""Version of the readers; apart from them, so that nobody imports a format to name it."""

READER_VERSION = 3
"""Goes up whenever the same bytes would be read otherwise; refused files are then tried again."""
