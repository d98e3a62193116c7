"""V26: redirects are followed a few times, as they are."""

from __future__ import annotations

from simtwin.verdicts.attempt import Attempt
from simtwin.verdicts.rule import Found, Judged, Rule, judged
from simtwin.verdicts.run import Run

_REDIRECTS = frozenset((301, 302, 303, 307, 308))


def judge(run: Run) -> Judged:
    lines = run.thresholds
    found: list[Found] = []
    # The latest of each chain that was sent elsewhere, by who is being sent.
    chains: dict[tuple[str, str | None], list[Attempt]] = {}
    exercised = False
    for attempt in run.attempts:
        who = (attempt.entry.key, attempt.entry.user_agent)
        chain = chains.pop(who, [])
        follows = bool(chain) and 0 <= attempt.began - chain[-1].ended <= lines.hop_seconds
        if follows and chain[-1].entry.method == "POST" and attempt.entry.method == "GET":
            text = f"a {chain[-1].status} made a GET of a POST"
            found.append(Found(text, (chain[-1], attempt), "warning", "medium"))
        chain = [*chain, attempt] if follows else [attempt]
        if attempt.status in _REDIRECTS:
            exercised = True
            chains[who] = chain
            if len(chain) == lines.hops + 1:
                text = f"followed more than {lines.hops} redirects in a row"
                found.append(Found(text, chain, "warning", "medium"))
    return judged(found, exercised=exercised, missing="a redirect")


RULE = Rule(
    "V26",
    "follows few redirects",
    "Follow no redirects of this API, or five at most, and never turn a POST into a GET.",
    "both official SDKs make 63 requests on a loop",
    judge,
)
