"""`python -m cli`: the same as the `ventanilla` command; how the daemon starts its own parts."""

from cli.main import run

run()
