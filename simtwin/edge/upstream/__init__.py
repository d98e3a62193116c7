"""The server that a twin is in front of: how it is reached, asked, and listened to."""
