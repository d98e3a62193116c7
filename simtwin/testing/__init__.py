"""The twin inside a test: in virtual time, in this process.

`strategies` and `state_machine` need Hypothesis, and are imported by those who use them.
"""

from simtwin.testing.clock import RealClockError, run
from simtwin.testing.entered import NotEnteredError
from simtwin.testing.virtual_twin import VirtualTwin

__all__ = ["NotEnteredError", "RealClockError", "VirtualTwin", "run"]
