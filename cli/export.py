"""`export`: everything that was kept, as lines of JSON, as of one moment; or all that one customer may be given."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from cli.context import Context, context
from ventanilla.errors import BadInput

if TYPE_CHECKING:
    import sqlalchemy as sa

    from ventanilla.store.exporting.files import Folder
    from ventanilla.store.exporting.lines import Lines
    from ventanilla.store.exporting.scope import Scope

_TELL_EVERY = 2.0
_STDOUT = "-"


def add_to(app: typer.Typer) -> None:
    """Add this group's command."""
    app.command()(export)


def export(
    from_: Annotated[
        str | None, typer.Option("--from", help="Cases that were opened from this day on.", metavar="D")
    ] = None,
    to: Annotated[str | None, typer.Option("--to", help="Cases that were opened until this day.", metavar="D")] = None,
    channel: Annotated[str | None, typer.Option("--channel", help="One channel alone.", metavar="C")] = None,
    contact: Annotated[
        str | None,
        typer.Option("--contact", help="What one customer may be given: their number, or an address.", metavar="C"),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option("--out", help="Where to; - is standard output. Default: export-DATE.jsonl here.", metavar="FILE"),
    ] = None,
    with_files: Annotated[
        Path | None, typer.Option("--with-files", help="Files and originals go into this folder.", metavar="DIR")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
    verify: Annotated[
        Path | None,
        typer.Option(
            "--verify", help="Make nothing: say whether this one is whole.", metavar="FILE", show_default=False
        ),
    ] = None,
) -> int:
    """Write all that is kept, as of one moment, a JSON object a line: customers, cases with messages, owners, events, clocks.

    With --contact only what that customer may be given of themselves: nobody else's words, no notes. Who exported what is in the
    log. The file is readable by you alone, and appears only when it is whole; its last line says how many there are, and a hash.

    Example: ventanilla export --from 2026-01-01 --to 2026-12-31 --out 2026.jsonl
    """
    run = context()
    if verify is not None:
        return _verify(run, verify)
    if run.as_json and out == _STDOUT:
        raise BadInput("--json prints a summary on standard output: write the lines to a file (--out FILE)")
    scope = _scope(run, from_, to, channel, contact)
    target = None if out == _STDOUT else Path(out or f"export-{run.now():%Y%m%d-%H%M%S}.jsonl")
    return _export(run, scope, target, with_files, force=force)


def _scope(run: Context, from_: str | None, to: str | None, channel: str | None, contact: str | None) -> Scope:
    from cli.cases import times_of
    from cli.erase import found_contact
    from ventanilla.clocks.typed import read_end, read_start
    from ventanilla.store.exporting.scope import Scope

    if contact is not None and (from_ or to or channel):
        raise BadInput("--contact is everything of one customer: leave --from, --to and --channel out")
    zone, now = times_of(run).zone, run.now()
    since = read_start(from_, zone, now=now) if from_ else None
    until = read_end(to, zone, now=now) if to else None
    if since is not None and until is not None and since >= until:
        raise BadInput(f"--to: expected a day on or after {from_}, got {to}")
    if channel is not None:
        _known(run, channel)
    number = found_contact(run, contact) if contact is not None else None
    return Scope(since=since, until=until, channel=channel, contact_id=number)


def _known(run: Context, channel: str) -> None:
    import sqlalchemy as sa

    from ventanilla.store.tables import channels

    with run.store.read() as connection:
        names = list(connection.scalars(sa.select(channels.c.name).order_by(channels.c.name)))
    if channel not in names:
        raise BadInput(f'there is no channel "{channel}"; there are: {", ".join(names) or "none"}')


def _export(run: Context, scope: Scope, target: Path | None, with_files: Path | None, *, force: bool) -> int:
    from ventanilla.store.engine import take_time
    from ventanilla.store.exporting.files import open_folder
    from ventanilla.store.exporting.lines import Lines

    with _opened(target, force=force) as file:
        folder = open_folder(with_files, run.store.blobs, force=force)
        _note(run, scope, done=False, files=with_files is not None)
        lines = Lines(file)
        with run.store.read() as connection:
            take_time(connection)
            _write(run, connection, scope, lines, folder)
        end = lines.end()
    counts = {**end["counts"], "files": folder.copied, "missing_files": folder.missing}
    _note(run, scope, done=True, files=with_files is not None, counts=counts, sha256=end["sha256"])
    if run.as_json:
        run.print_json({"path": target, "lines": end["lines"] + 1, "counts": counts, "sha256": end["sha256"]})
    else:
        _tell(target, end["lines"] + 1, counts)
    return 1 if folder.missing else 0


def _write(run: Context, connection: sa.Connection, scope: Scope, lines: Lines, folder: Folder) -> None:
    from ventanilla.store.exporting.objects import everything
    from ventanilla.store.exporting.subject import about_customer

    blobs, told_at = run.store.blobs, time.monotonic()
    if scope.contact_id is None:
        objects = everything(connection, scope, blobs=blobs)
    else:
        objects = about_customer(connection, scope.contact_id, blobs=blobs)
    lines.add(_head(run, connection, scope))
    for told in objects:
        folder.take(connection, told)
        lines.add(told)
        if time.monotonic() - told_at >= _TELL_EVERY:
            told_at = time.monotonic()
            typer.echo(f"… {lines.counts['case']:,} cases, {lines.counts['message']:,} messages", err=True)


def _head(run: Context, connection: sa.Connection, scope: Scope) -> dict[str, Any]:
    from ventanilla import __version__
    from ventanilla.store.exporting.lines import FORMAT
    from ventanilla.store.exporting.subject import LEFT_OUT
    from ventanilla.store.installation import active_config, known_installation

    active, who = active_config(connection), known_installation(connection)
    return {
        "type": "export",
        "format": FORMAT,
        "version": __version__,
        "installation": None if who is None else who.instance,
        "made_at": run.now(),
        "config_version": None if active is None else active.id,
        "timezone": "UTC",
        "house_timezone": run.glimpsed.config.service.timezone,
        "scope": _told_scope(scope),
        "left_out": [] if scope.contact_id is None else list(LEFT_OUT),
    }


def _told_scope(scope: Scope) -> dict[str, Any]:
    days = {name: moment and moment.isoformat() for name, moment in (("from", scope.since), ("until", scope.until))}
    return {**days, "channel": scope.channel, "contact": scope.contact_id}


def _note(run: Context, scope: Scope, *, done: bool, files: bool, **more: Any) -> None:
    """That it was begun, before anything is read, and what it came to: who, which range, how many; no text."""
    from cli.inbox import this_user
    from ventanilla.store.events import Journal
    from ventanilla.words import EventKind

    journal = Journal(now=run.now(), actor=this_user())
    journal.add(EventKind.EXPORTED, data={**_told_scope(scope), "done": done, "files": files, **more})
    with run.store.write() as connection:
        journal.flush(connection)


@contextmanager
def _opened(target: Path | None, *, force: bool) -> Iterator[IO[bytes]]:
    """Standard output, or a file (0600) that appears whole, and on the disk, when the block ends; else nothing is left behind."""
    if target is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    from cli.whole_file import whole_file

    with whole_file(target, force=force, option="--out") as file:
        yield file


def _tell(target: Path | None, lines: int, counts: dict[str, int]) -> None:
    from cli.printing import counts as numbered

    where = target or "standard output"
    typer.echo(f"{where}: {lines:,} lines ({numbered(counts)})", err=target is None)
    if counts["missing_files"]:
        typer.echo(
            f"{counts['missing_files']:,} files are missing here; `ventanilla audit --blobs` names them", err=True
        )


def _verify(run: Context, path: Path) -> int:
    from cli.printing import counts as numbered
    from cli.printing import say
    from ventanilla.store.exporting.lines import check_lines

    found = check_lines(path)
    if run.as_json:
        run.print_json({"path": path, "holds": found.problem is None, "problem": found.problem, "counts": found.counts})
    elif found.problem is None:
        say(f"{path}: whole, made {found.head['made_at']} ({numbered(dict(found.counts))})")
    else:
        say(f"{path}: NOT whole: {found.problem}")
    return 0 if found.problem is None else 1
