"""`simtwin chaos shrink`: the least of a failing schedule that fails the same way."""
