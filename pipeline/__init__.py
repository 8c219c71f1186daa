"""The record and the arithmetic: what a run is, what a morning is, and what they add up to.

Nothing here knows a vendor, a file format, a clock or a mail server. Times are UTC, lengths are
metres, cadence is steps per minute of both feet. None means not told, NaN means asked and cannot
say, 0 means zero; never one for another.
"""
