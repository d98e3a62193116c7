"""The kinds of fault, one small file each."""
