"""What gateways in front of the API say and understand beside it: their keys' settings, their errors.

As of LiteLLM 1.110.2 (the package, read 2026-11-24) and mintoken's documentation
(mintoken.dev/docs, 2026).
"""
