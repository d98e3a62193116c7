"""What tools are called, and what those that the server itself runs bring in."""
