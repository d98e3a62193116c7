"""What each part of a request may look like: tables, and the pass that holds a request against them."""
