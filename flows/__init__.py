"""Starts things: command line, Prefect flows, settings, the demo. No arithmetic, no judgement."""
