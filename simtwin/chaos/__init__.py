"""A command run against a twin that fails: what it met, how it took it, and what to think of that."""
