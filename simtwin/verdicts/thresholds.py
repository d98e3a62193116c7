"""Where the line is between what a client may do and what it may not, with the reason for each."""

from __future__ import annotations

from typing import Literal

import attrs


@attrs.frozen(kw_only=True)
class Thresholds:
    """Seconds, counts and ratios that the rules go by. All may be set."""

    #: A retry counts as early by more than this, or by `early_share` of what was told: a timer and
    #: a round trip of loopback are off by less. In virtual time it is 0.001.
    early_seconds: float = 0.03
    early_share: float = 0.03
    #: A date is told in whole seconds, and some clients round it down.
    early_date_seconds: float = 1.0

    #: A client that was told to wait and then takes half as long again, or 30 s more, is late.
    late_factor: float = 1.5
    late_seconds: float = 30.0

    #: Below five calls with two waits each, chance alone makes backoff look constant: a second wait
    #: of full jitter is no longer than 1.1 times its first in 27.6 % of calls.
    backoff_calls: int = 5
    #: A wait should be so much longer than the one before. Doubling is 2, and jitter blurs it.
    backoff_growth: float = 1.4
    #: So many standard errors must the growth be short of that: false alarms below one in 1,000.
    backoff_errors: float = 4.0
    #: Longer waits have reached a cap: the SDK's law ends at 8 s less a quarter of jitter.
    backoff_cap_seconds: float = 5.0

    #: Nothing that waits on purpose waits so little.
    immediate_seconds: float = 0.05
    #: One may be a mistake of ours about who asked; three in a row are a loop.
    immediate_in_a_row: int = 3

    #: Fewer waits say nothing of their spread.
    jitter_waits: int = 20
    #: Loopback and timers are off by 10 to 20 ms, which makes jitter of shorter waits.
    jitter_shortest_seconds: float = 0.3
    #: Standard deviation by mean. The SDK's law has 0.083, full jitter 0.58.
    jitter_spread: float = 0.05
    #: At most this share of waits within `jitter_mode_seconds` of each other. With 20 waits, six runs
    #: in 100 of the SDK's law break that by chance, with 50 none in 10,000.
    jitter_mode_waits: int = 50
    jitter_mode_share: float = 0.3
    jitter_mode_seconds: float = 0.01

    #: Fewer clients are no herd.
    herd_clients: int = 5
    #: Who is told the same within this time would come back together.
    herd_told_seconds: float = 1.0
    #: More than this share of them within `herd_window_seconds` do.
    herd_share: float = 0.5
    herd_window_seconds: float = 0.1

    #: Attempts a call. The SRE book gives a request three; a second layer of retries makes six.
    attempts_info: int = 3
    attempts_warning: int = 6
    attempts_error: int = 10
    #: Seconds that a call may wait between its attempts, what it was told to wait aside.
    trying_seconds: float = 300.0
    #: What the client is meant to do; None for the three lines above.
    max_attempts: int | None = None

    #: How long a client may think before it counts as having given up.
    given_up_seconds: float = 60.0

    #: The same question so soon after its answer, by the same call, was asked for nothing.
    duplicate_seconds: float = 30.0

    #: What is said of a replay after the client was shown a part: an app may discard and restart.
    replay_policy: Literal["allow", "no_replay"] = "allow"

    #: Requests on the wire by calls. The SDK's worst case is 3: what is more is another layer.
    amplification_warning: float = 3.0
    amplification_error: float = 5.0
    #: A window of fewer calls is the matter of those calls alone.
    amplification_calls: int = 5
    amplification_window_seconds: float = 10.0

    #: Under refusals a client should come down to this share of its pace.
    backs_off_to: float = 0.7
    #: Where fewer answers than this are 429, it need not.
    backs_off_refused: float = 0.2
    backs_off_window_seconds: float = 10.0
    #: With fewer requests at once there is nothing to reduce.
    backs_off_concurrency: int = 4
    #: Fewer requests in the window say nothing of a pace.
    backs_off_requests: int = 20

    #: Requests of a minute by those of the minute before: faster growth earns refusals by itself.
    acceleration: float = 2.0
    #: Below so many a minute nothing accelerates.
    acceleration_requests: int = 60

    #: From the cancelling to the end of the connection.
    cancel_seconds: float = 1.0

    #: The longest silence that a healthy answer has: gaps of thought were measured up to 300 s.
    max_expected_gap_seconds: float = 300.0

    #: How long a client may leave unread what was sent.
    unread_seconds: float = 5.0

    #: Connections over twice what was under way at once.
    leaked_connections: int = 10

    #: Copies of a question that begin together are samples; one that begins later is a hedge.
    hedge_seconds: float = 0.05
    #: A hedge so soon after a 429 or 529 adds to what was refused.
    hedge_after_refusal_seconds: float = 10.0

    #: Re-sends after a connection was lost before a byte of the answer.
    resends: int = 2

    #: Redirects in a row; both SDKs make 63 requests on a loop.
    hops: int = 5
    #: A redirect is followed at once.
    hop_seconds: float = 1.0

    #: Another model after an overload, within this time, is a failover.
    failover_seconds: float = 60.0

    #: Timers are off by so much.
    deadline_slack_seconds: float = 1.0


THRESHOLDS = Thresholds()
