"""`audit`: the promises, checked on the store. `seal`: the head of the log's chain, to be written down elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.context import Context, context
from ventanilla.errors import BadInput

if TYPE_CHECKING:
    from ventanilla.store.seals import Seal


def add_to(app: typer.Typer) -> None:
    """Add this group's command."""
    app.command()(audit)
    app.command()(seal)


def audit(
    blobs: Annotated[
        bool, typer.Option("--blobs", help="Also read every attachment and large original and compare its hash (slow).")
    ] = False,
) -> int:
    """Check every promise on the store: one responsible person a case, nothing lost, nothing doubled. Exit 1 if one is broken.

    Example: ventanilla audit --json
    """
    from ventanilla.store.audit import audit as check_promises
    from ventanilla.store.engine import take_time
    from ventanilla.store.seals import head

    run = context()
    with run.store.read() as connection:
        take_time(connection)
        counts = check_promises(connection, blobs=run.store.blobs, now=run.now(), hash_blobs=blobs)
        newest = head(connection)
    if run.as_json:
        run.print_json(counts)
    else:
        _print_counts(counts)
        _print_head(newest)
    return 1 if any(counts.values()) else 0


def seal(
    check: Annotated[
        str | None,
        typer.Option("--check", help="A seal as it was written down: its number and hash.", metavar="N:HASH"),
    ] = None,
) -> int:
    """Print the newest seal of the log's chain. Written down elsewhere, it shows later that nothing before it was changed.

    With --check: whether the chain still goes through that seal; exit 1 if it does not. `audit` checks the chain itself.

    Example: ventanilla seal --json
    """
    from ventanilla.store.seals import head, seal_at

    run = context()
    written = _read_seal(check) if check else None
    with run.store.read() as connection:
        newest = head(connection)
        found = seal_at(connection, written.number) if written else None
    if written is None:
        return _tell_head(run, newest)
    return _tell_checked(run, written, found)


def _read_seal(text: str) -> Seal:
    from ventanilla.store.seals import Seal

    number, _, digest = text.strip().partition(":")
    if not number.isdecimal() or len(digest) != 64 or digest.lower().strip("0123456789abcdef"):
        raise BadInput(
            f'--check: expected a number, a colon and 64 hexadecimal digits, as `seal` prints them, got "{text}"'
        )
    return Seal(number=int(number), hash=digest.lower())


def _tell_head(run: Context, newest: Seal | None) -> int:
    if run.as_json:
        run.print_json({"number": newest.number if newest else 0, "hash": newest.hash if newest else None})
    else:
        _print_head(newest)
    return 0


def _tell_checked(run: Context, written: Seal, found: Seal | None) -> int:
    from cli.printing import say

    if run.as_json:
        run.print_json({"number": written.number, "hash": found.hash if found else None, "holds": found == written})
    elif found == written:
        say(
            f"the chain goes through seal {written.number:,} as it was written down; `ventanilla audit` checks the rest"
        )
    elif found is None:
        say(f"there is no seal {written.number:,}: the chain was cut off, or this is another or an older store")
    else:
        say(f"seal {written.number:,} is another now: the log was changed at or before it, or this is another store")
    return 0 if found == written else 1


def _print_head(newest: Seal | None) -> None:
    from cli.printing import say

    say("nothing was sealed yet" if newest is None else f"seal {newest.number}:{newest.hash}")


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
