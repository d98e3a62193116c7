"""`simtwin chaos explore`: every fault at every request of a command, each in a run of its own."""
