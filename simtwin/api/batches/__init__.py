"""Message batches: what they are made of, what becomes of them, and how the API tells of it."""
