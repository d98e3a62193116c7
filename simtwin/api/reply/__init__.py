"""What is said: an answer made up from a seed and a request, always the same for the same two."""
