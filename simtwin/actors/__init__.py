"""One owner per piece of state: tenants and keys as Trio tasks with bounded mailboxes."""
