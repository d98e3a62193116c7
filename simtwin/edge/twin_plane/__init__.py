"""The control API under `/_twin/`: tenants, keys, settings, and the records of what was done."""

from simtwin.edge.twin_plane.mount import PlaneConfig, register

__all__ = ["PlaneConfig", "register"]
