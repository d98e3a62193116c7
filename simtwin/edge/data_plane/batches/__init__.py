"""Message batches: what clients ask of them, and the work on them that no client waits for."""
