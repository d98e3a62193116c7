"""HTTP and sockets: the only room that knows status lines."""
