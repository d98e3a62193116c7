"""How many tokens a text or a request has, estimated: the same wherever it is asked for."""

from simtwin.api.tokens.prompt import count_between, count_request
from simtwin.api.tokens.text import WINDOW, count, pieces

__all__ = ["WINDOW", "count", "count_between", "count_request", "pieces"]
