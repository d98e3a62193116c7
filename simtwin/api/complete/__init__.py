"""Text completions (`POST /v1/complete`): the API before there were messages, as a translation."""
