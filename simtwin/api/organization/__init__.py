"""The Admin API: the people, workspaces, keys and limits of an organization, and its reports."""
