"""The twin inside a test: memory streams for sockets, trio's virtual clock for time."""
