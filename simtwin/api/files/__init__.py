"""Files that organizations upload."""
