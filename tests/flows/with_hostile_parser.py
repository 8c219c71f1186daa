"""The command line with one more format, whose parser does whatever a file of it says."""

import sys

from connectors import formats
from connectors.errors import UnreadableFileError
from flows.cli import main
from tests.connectors.workers_at_work import work


class HostileParser:
    """Files that begin with `DO`, such as `DO kill`."""

    FORMAT = "do"

    def identify(self, head):
        """By its first word."""
        return head.startswith(b"DO ")

    def read(self, content, _limits=None):
        """Do it; then refuse."""
        work(content[3:].decode())
        raise UnreadableFileError("damaged", "It is none.")


formats.READERS = (*formats.READERS, HostileParser())

if __name__ == "__main__":
    sys.exit(main())
