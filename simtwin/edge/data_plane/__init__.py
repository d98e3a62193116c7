"""`/v1/*`: a request becomes a plan, and the plan is performed on its own connection."""
