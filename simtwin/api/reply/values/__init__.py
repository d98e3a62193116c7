"""Values that satisfy a JSON schema of the user's, and what is left of one once it is read."""
