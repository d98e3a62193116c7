"""A population of clients against one capacity, event by event, in no time."""
