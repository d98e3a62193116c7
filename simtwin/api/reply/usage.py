"""What an answer cost, as the JSON of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

#: The `service_tier` of nearly all, and that of requests of batches.
STANDARD, BATCH = "standard", "batch"


@attrs.frozen
class InputUsage:
    """The input tokens of a request, by what became of them.

    Args:
        fresh: neither read from the cache nor written to it.
        read: read from the cache.
        written_5m: written to the cache for five minutes.
        written_1h: written for an hour.
    """

    fresh: int
    read: int = 0
    written_5m: int = 0
    written_1h: int = 0

    @property
    def written(self) -> int:
        """All that was written to the cache."""
        return self.written_5m + self.written_1h

    def more(self, tokens: int) -> InputUsage:
        """The same with `tokens` more that no cache has; fewer where negative.

        Where the request is cached the server caches what its tools bring in as well, for five
        minutes (docs, "Prompt caching", 2026-10; recorded in 2026-08).
        """
        if tokens > 0 and (self.read or self.written):
            return attrs.evolve(self, written_5m=self.written_5m + tokens)
        return attrs.evolve(self, fresh=max(0, self.fresh + tokens)) if tokens else self


@attrs.frozen
class Extras:
    """What only some answers have besides their blocks.

    Args:
        searches: how often the web was searched.
        fetches: how many pages were fetched.
        served: whether a tool of the server ran, so that usage counts them.
        iterations: what each pass of the model cost, where the request makes usage tell.
        edits: the edits of the context that were made, None where the answer does not tell.
        runs: whether code ran, or could have in a container that the request named, so that the
            answer names it.
        container: the container that the request named.
        skills: those that it loads into it.
        transformations: what became of thinking that came back, None where it is not told.
        stop_details: what else there is to tell of the end.
        speed: as asked for.
        diagnosed: whether the request asked for diagnostics.
    """

    searches: int = 0
    fetches: int = 0
    served: bool = False
    iterations: tuple[Iteration, ...] = ()
    edits: tuple[Mapping[str, Any], ...] | None = None
    runs: bool = False
    container: str | None = None
    skills: tuple[Mapping[str, Any], ...] = ()
    transformations: tuple[Mapping[str, Any], ...] | None = None
    stop_details: Mapping[str, Any] | None = None
    speed: str | None = None
    diagnosed: bool = False


@attrs.frozen
class Iteration:
    """What one pass of the model cost; `kind` is `message` or `compaction`."""

    kind: str
    input: InputUsage
    output_tokens: int


#: Of an answer that has nothing but its blocks.
NO_EXTRAS = Extras()


def first_usage(
    input_usage: InputUsage, output_tokens: int, geo: str, tier: str = STANDARD
) -> dict[str, Any]:
    """The `usage` of `message_start`, and the beginning of that of a whole message."""
    return {
        "input_tokens": input_usage.fresh,
        "cache_creation_input_tokens": input_usage.written,
        "cache_read_input_tokens": input_usage.read,
        "cache_creation": _creation(input_usage),
        "output_tokens": output_tokens,
        "service_tier": tier,
        "inference_geo": geo,
    }


def last_usage(
    input_usage: InputUsage, output_tokens: int, thinking_tokens: int, extras: Extras
) -> dict[str, Any]:
    """The `usage` of `message_delta`: everything added up."""
    return {
        "input_tokens": input_usage.fresh,
        "cache_creation_input_tokens": input_usage.written,
        "cache_read_input_tokens": input_usage.read,
        "output_tokens": output_tokens,
        **more_usage(thinking_tokens, extras),
    }


def more_usage(thinking_tokens: int, extras: Extras) -> dict[str, Any]:
    """What is known of the usage at the end alone."""
    usage: dict[str, Any] = {"output_tokens_details": {"thinking_tokens": thinking_tokens}}
    if extras is NO_EXTRAS:
        return usage
    if extras.served:
        usage["server_tool_use"] = {
            "web_search_requests": extras.searches,
            "web_fetch_requests": extras.fetches,
        }
    if extras.iterations:
        usage["iterations"] = [_iteration(each) for each in extras.iterations]
    return usage


def _iteration(iteration: Iteration) -> dict[str, Any]:
    return {
        "input_tokens": iteration.input.fresh,
        "output_tokens": iteration.output_tokens,
        "cache_read_input_tokens": iteration.input.read,
        "cache_creation_input_tokens": iteration.input.written,
        "cache_creation": _creation(iteration.input),
        "type": iteration.kind,
    }


def _creation(input_usage: InputUsage) -> dict[str, int]:
    return {
        "ephemeral_5m_input_tokens": input_usage.written_5m,
        "ephemeral_1h_input_tokens": input_usage.written_1h,
    }
