"""What the twin remembers of tenants, keys and requests, behind one small interface."""
