"""Gateways in front of the API: whose request it is there, what they refuse, what they add to it.

    /anthropic/v1/…   LiteLLM: virtual keys with budgets and limits, made at /key/*
    /mintoken/v1/…    mintoken: a key of its own beside the provider's, rules before every prompt

Behind a gateway a request runs as any other: fate, limits, reply, journal.
"""
