"""Skills that organizations make, and those that everybody has."""
