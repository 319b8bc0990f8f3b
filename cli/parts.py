"""The service's own processes as copies of the one that watches over them: loaded once, shared by all, started at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from importlib import import_module

from daemon.child import Child

ARGV_BEFORE = 4  # python -P -m cli
# What the parts load when they start, and so can share.
LOADED = (
    "cli.processes",
    "cli.assembly",
    "cli.sweeping",
    "connectors.deliver",
    "connectors.imap_email.channel",
    "connectors.pull",
    "router.bounces",
    "ventanilla.queue",
    "worker",
)


def part(name: str, argv: Sequence[str], *, stage: int, hung_after: float) -> Child:
    """A process that runs one of our own commands: a copy of this one where that can be made, else a new one."""
    call = partial(_run, list(argv[ARGV_BEFORE:]))
    return Child(name=name, argv=argv, stage=stage, hung_after=hung_after, call=call)


def load_parts() -> None:
    """Load once what every part needs. Before the first of them is started; a repeat does nothing new."""
    from daemon.fork import keep_shared

    for module in LOADED:
        import_module(module)
    keep_shared()


def _run(arguments: list[str]) -> int:
    from cli.context import fresh_context
    from cli.main import main

    with fresh_context():
        return main(arguments)
