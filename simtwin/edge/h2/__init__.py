"""HTTP/2: requests that share a connection, and what can go wrong with one of them."""
