"""The check-in page, the dashboard and the coach's view: a small server for a browser."""
