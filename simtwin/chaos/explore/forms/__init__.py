"""What was found, in its forms: all are made from the one document."""
