"""Judges and speaks: rules with their sources, the recommendation, the letter.

Pure: no files, no network, no clock. The same history always gives the same words.
"""
