"""The edge: the only folder that knows a vendor or a file format.

Bytes come in here and leave as an `Activity`; a letter goes out here. A vendor's unit, name or
mistake dies at this edge.
"""
