"""What a conversation asks for besides an answer: citations, edits of its context, an end."""
