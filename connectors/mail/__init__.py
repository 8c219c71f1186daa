"""Where letters leave the house: by a mail server, or into a folder."""
