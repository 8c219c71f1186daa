"""FIT files, from bytes to activities; each module is one step of the way.

walk       where every message lies; how a FIT file is built
rows       the messages of one definition one under the other; a field is a stripe of bytes
tells      what each definition tells, by FIT's profile: names, scales, parts
table      all messages of one kind, column by column
rare       the few shapes that `table` does not read, by fitparse and fitdecode
files      the files of a chain, each with its tables
activity   from tables to an Activity
"""

from connectors.fit.activity import FORMAT, identify, read

__all__ = ["FORMAT", "identify", "read"]
