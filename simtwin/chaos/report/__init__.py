"""A report in its forms: all are made from the one document, and none knows more than it says."""
