"""One run of a command that is watched: how it ends, what it says, and what that comes to beside a clean run."""
