"""`evidence`: one case as proof, in a ZIP that says of itself whether it was changed; and the look whether it was."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.context import Context, context
from ventanilla.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from reports.evidence.making import Evidence
    from reports.evidence.verifying import Verified
    from router.house import House

_TELL_EVERY = 2.0
_EVENTS = 5_000
_BOTH = "both"


def add_to(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command()(evidence)


def evidence(
    key: Annotated[
        str | None, typer.Argument(metavar="[KEY]", help="A case key, typed as you like.", show_default=False)
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE.zip", help="Where to. Default: evidence-KEY.zip in this folder."),
    ] = None,
    language: Annotated[str, typer.Option("--language", metavar="es|en|both", help="Of the readable pages.")] = _BOTH,
    without_notes: Annotated[
        bool,
        typer.Option(
            "--without-notes",
            help="To hand to the customer: without internal notes and without data of other people and cases.",
        ),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
    verify: Annotated[
        Path | None,
        typer.Option(
            "--verify", metavar="FILE.zip", help="Make nothing: say whether this one still holds.", show_default=False
        ),
    ] = None,
) -> int:
    """Write a case as proof: a ZIP with a readable page (HTML and PDF), the originals, the receipt as sent, every owner and clock,
    legal deadlines counted day by day, and hashes of it all.

    A case that was merged into another is written as that one. The file is readable by you alone. --verify checks such a ZIP,
    here or on any machine with the program: exit 1 when something in it was changed.

    Example: ventanilla evidence K7M-Q2X-VTR --out /safe/case.zip
    """
    if verify is not None:
        return _verify(context(), verify, key)
    if key is None:
        raise BadInput("expected a case key, such as `ventanilla evidence K7M-Q2X-VTR`, or --verify FILE.zip")
    return _make(context(), key, out, _languages(language), with_notes=not without_notes, force=force)


def _languages(asked: str) -> tuple[str, ...]:
    from reports.evidence.words import LANGUAGES

    if asked == _BOTH:
        return LANGUAGES
    if asked not in LANGUAGES:
        raise BadInput(f'--language: expected {", ".join(LANGUAGES)} or {_BOTH}, got "{asked}"')
    return (asked,)


def _make(
    run: Context, typed: str, out: Path | None, languages: tuple[str, ...], *, with_notes: bool, force: bool
) -> int:
    from cli.names import case_keys
    from connectors.rebuilding import rebuilder
    from reports.evidence.making import Order, make_evidence
    from ventanilla import __version__

    (key,) = case_keys([typed])
    target = out or Path(f"evidence-{key}.zip")
    house, now = run.house(), run.now()
    _bring_books_up_to_date(run, house, now)
    rebuild = rebuilder(run.store, run.glimpsed.config)
    order = Order(key=key, target=target, languages=languages, with_notes=with_notes, force=force)
    made = make_evidence(run.store, house, order, now=now, version=__version__, rebuild=rebuild, progress=_progress())
    if run.as_json:
        run.print_json(_document(made, now))
    else:
        _tell(made)
    return 1 if made.missing or made.damaged else 0


def _bring_books_up_to_date(run: Context, house: House, now: datetime) -> None:
    """Clocks and seals as of now; a last look seals what the books themselves wrote."""
    from router.timekeeping.keeper import catch_up

    while catch_up(run.store, house, now=now, limit=_EVENTS) >= _EVENTS:
        pass
    catch_up(run.store, house, now=now, limit=_EVENTS)


def _document(made: Evidence, now: datetime) -> dict[str, Any]:
    return {
        "path": made.path,
        "key": made.key,
        "made_at": now,
        "sha256": _digest(made.path),
        "manifest_sha256": made.manifest_sha256,
        "files": [{"name": one.name, "size": one.size, "sha256": one.sha256} for one in made.files],
        "missing": list(made.missing),
        "damaged": list(made.damaged),
    }


def _tell(made: Evidence) -> None:
    size = made.path.stat().st_size
    typer.echo(f"{made.path}: case {made.key}, {len(made.files):,} files, {size:,} bytes")
    typer.echo(f"SHA-256 {_digest(made.path)}")
    typer.echo("Note that hash down elsewhere: with it anybody can tell later that the file is this one.")
    for what, names in (("missing", made.missing), ("damaged", made.damaged)):
        if names:
            typer.echo(
                f"{len(names):,} originals {what} in this store ({', '.join(names[:3])}{' …' if names[3:] else ''}); the page "
                "says so; `ventanilla audit --blobs` says more"
            )


def _digest(path: Path) -> str:
    import hashlib

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _verify(run: Context, path: Path, key: str | None) -> int:
    from reports.evidence.verifying import verify_evidence

    if key is not None:
        raise BadInput("--verify checks a file, whatever its case: leave the key out")
    found = verify_evidence(path)
    compared = _compared(run, found)
    if compared is not None:
        found = replace(found, problems=(*found.problems, *compared))
    if run.as_json:
        run.print_json(
            {
                "path": path,
                "holds": found.holds,
                "key": found.key,
                "installation": found.installation,
                "sha256": _digest(path),
                "files": found.files,
                "events": found.events,
                "sealed": len(found.chain),
                "compared_with_store": compared is not None,
                "problems": list(found.problems),
            }
        )
    else:
        _tell_verified(found, compared=compared is not None)
    return 0 if found.holds else 1


def _compared(run: Context, found: Verified) -> tuple[str, ...] | None:
    """What differs from the store of these settings; None where there are none at hand, or another installation's."""
    from reports.evidence.comparing import compare_with_store

    if not run.config_path.is_file():
        return None
    with run.store.read() as connection:
        return compare_with_store(connection, found)


def _tell_verified(found: Verified, *, compared: bool) -> None:
    from cli.printing import say

    if found.holds:
        say(f"{found.path}: holds. Case {found.key}, installation {found.installation}")
        say(f"  {found.files:,} files have the hashes of MANIFEST.sha256")
        say(
            f"  {found.events:,} events, {len(found.chain):,} of them in the chain: each hash computed again, and the same"
        )
        say(
            "  the same hashes stand in this store"
            if compared
            else "  not compared with a store: no settings here of that one"
        )
        return
    say(f"{found.path}: does NOT hold. Case {found.key}, installation {found.installation}")
    for problem in found.problems:
        say(f"  {problem}")


def _progress() -> Callable[[str], None]:
    """Says what is being done on standard error, every two seconds at most, so that short work is silent."""
    last = [time.monotonic()]

    def tell(said: str) -> None:
        if time.monotonic() - last[0] >= _TELL_EVERY:
            last[0] = time.monotonic()
            typer.echo(f"… {said}", err=True)

    return tell
