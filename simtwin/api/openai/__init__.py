"""OpenAI's form of the API: a translation of requests, answers, errors and headers, and nothing else.

    POST /v1/chat/completions ─► a request for a message ─► … ─► a reply ─► a chat completion

As of platform.claude.com/docs, "OpenAI SDK compatibility" (2026); what that leaves open is said
where it is decided.
"""
