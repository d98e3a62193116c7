"""The mechanics: plans, buckets, schedules, scripts, settings. No clock, no I/O, no chance but by argument."""
