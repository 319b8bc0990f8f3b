"""`audit`: the promises, checked on the store."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.context import context


def add_to(app: typer.Typer) -> None:
    """Add this group's command."""
    app.command()(audit)


def audit(
    blobs: Annotated[
        bool, typer.Option("--blobs", help="Also read every attachment and large original and compare its hash (slow).")
    ] = False,
) -> int:
    """Check every promise on the store: one responsible person a case, nothing lost, nothing doubled. Exit 1 if one is broken.

    Example: ventanilla audit --json
    """
    from ventanilla.store.audit import audit as check_promises

    run = context()
    with run.store.read() as connection:
        counts = check_promises(connection, blobs=run.store.blobs, now=run.now(), hash_blobs=blobs)
    if run.as_json:
        run.print_json(counts)
    else:
        _print_counts(counts)
    return 1 if any(counts.values()) else 0


def _print_counts(counts: dict[str, int]) -> None:
    from cli.printing import plural, print_table, say
    from ventanilla.store.audit import promises

    sentences = promises()
    print_table(
        ("violations", "check", "promise"),
        [(number, name, sentences[name]) for name, number in counts.items()],
        right=("violations",),
        folds=("promise",),
    )
    broken = sum(1 for number in counts.values() if number)
    say(f"\n{plural(len(counts), 'promise')} checked, " + (f"{broken} broken" if broken else "every one holds"))
