"""Storms on the command line: what is asked, and what came of it as text, JSON and a page."""
