"""The long tail of the API: resources that are made, found, listed, changed and gone, by a table.

The table is generated from the types of the Python SDK; the engine knows no resource by name but
those few whose life has a story: sessions, agents, deployments and memories.
"""
