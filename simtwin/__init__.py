"""simtwin: the Anthropic API on your own machine, failing on purpose."""

__version__ = "0.1.0"
