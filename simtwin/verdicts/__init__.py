"""What a client did, judged from what the twin saw of it. Pure: over entries of the journal."""
