"""Recorded exchanges, played again: read, found by request, and turned into plans."""
