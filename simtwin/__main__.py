"""`python -m simtwin`: the same as the console script."""

from simtwin.cli import main

main()
