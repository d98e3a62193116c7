"""An answer as the JSON of the API, block by block, and as a stream of events."""
