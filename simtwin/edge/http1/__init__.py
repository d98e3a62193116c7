"""HTTP/1.1 as nearly all clients speak it, with little between the wire and the app."""
