"""What is asked: a body becomes a request, or the API's 400."""
