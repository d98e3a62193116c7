"""The language of the Anthropic API: models, errors, requests, replies, streams. Pure, like core."""
