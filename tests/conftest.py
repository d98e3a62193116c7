"""One Hypothesis profile for the whole suite."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# No deadline: pytest-trio's loop and a busy two-core machine make single examples slow now and then.
# A third of Hypothesis's own number of examples, so that the whole suite stays under three minutes on two
# cores; HYPOTHESIS_PROFILE=thorough has 500.
settings.register_profile(
    "local", deadline=None, max_examples=33, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("ci", parent=settings.get_profile("local"), derandomize=True)
settings.register_profile("thorough", parent=settings.get_profile("local"), max_examples=500)
settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "local")
)
