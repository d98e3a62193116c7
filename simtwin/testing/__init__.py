"""The twin inside a test: in virtual time, in this process."""

from simtwin.testing.clock import RealClockError, run
from simtwin.testing.virtual_twin import NotEnteredError, VirtualTwin

__all__ = ["NotEnteredError", "RealClockError", "VirtualTwin", "run"]
