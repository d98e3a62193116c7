"""For the whole suite: one Hypothesis profile, and bytecode that is kept."""

from __future__ import annotations

import os
import sys

from hypothesis import HealthCheck, settings

# Where the environment says that none is to be written, as images of containers like to, every worker
# and every twin that a test starts would compile all of it anew, and every worker rewrite every
# assertion: 10 s of CPU time for each of the former, half a second for each of some hundred of the latter.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

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
