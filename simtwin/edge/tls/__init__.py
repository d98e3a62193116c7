"""TLS on the twin's own connections. Nothing here is imported where it is not asked for."""
