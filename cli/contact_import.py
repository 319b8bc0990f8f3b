"""`contacts import`: the house's own list of customers, from a spreadsheet's CSV. Everything is checked before anything is
written."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.context import Context, context
from ventanilla.errors import BadInput

if TYPE_CHECKING:
    from cli.contact_file import Sheet
    from ventanilla.store.importing import Outcome

BATCH = 500
MOST_SHOWN = 100
"""Problems that people are shown; --json has all."""
_TRIES = 5


def import_contacts(
    file: Annotated[Path, typer.Argument(help="A CSV file; its first line names the columns.", metavar="FILE.csv")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would do.")] = False,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Import the lines that are right, leave out the rest.")
    ] = False,
    replace_tags: Annotated[
        bool, typer.Option("--replace-tags", help="A line's tags take the place of the contact's; else they are added.")
    ] = False,
    region: Annotated[
        str | None, typer.Option(help="Country of phone numbers written without one; else the house's.", metavar="ES")
    ] = None,
) -> int:
    """Bring in a list of customers: addresses, names, tags, language, and who answers for them.

    Columns, in any order: name, email, phone, telegram, tags, language, owner (or nombre, correo, teléfono, etiquetas,
    idioma, responsable). Several in a cell are kept apart by | or a comma. Every problem is named by its line, and nothing is
    imported while there is one, unless --skip-bad. Run again it changes nothing.

    Example: ventanilla contacts import clientes.csv --dry-run
    """
    run = context()
    sheet = _read(run, file, region)
    if sheet.troubles and not skip_bad:
        _tell(run, file, sheet, None, dry_run=dry_run)
        return 2
    outcome = _import(run, sheet, replace_tags=replace_tags, dry_run=dry_run)
    _tell(run, file, sheet, outcome, dry_run=dry_run)
    return 0


def _read(run: Context, file: Path, region: str | None) -> Sheet:
    from cli.contact_file import read_sheet
    from config.region import home_region

    country = region.upper() if region else home_region(run.glimpsed.config)
    if region and not _is_country(region.upper()):
        raise BadInput(f'--region: expected a country in two letters such as ES, got "{region}"')
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise BadInput(f"{file}: {(error.strerror or 'cannot be read').lower()}") from None
    try:
        return read_sheet(raw, region=country, people=people_of(run))
    except BadInput as error:
        raise BadInput(f"{file}: {error}") from None


def _is_country(region: str) -> bool:
    from babel.core import get_global

    return region in get_global("territory_currencies")


def people_of(run: Context) -> dict[str, str]:
    """Every agent of the house by name, shown name and mail address, in lower case."""
    import sqlalchemy as sa

    from ventanilla.store.tables import agents

    found: dict[str, str] = {}
    with run.store.read() as connection:
        for row in connection.execute(sa.select(agents).where(agents.c.enabled).order_by(agents.c.name)):
            for word in (row.email, row.display_name, row.name):
                if word:
                    found[word.casefold()] = row.name
    return found


def _import(run: Context, sheet: Sheet, *, replace_tags: bool, dry_run: bool) -> Outcome:
    from ventanilla.store.importing import Outcome

    total = Outcome()
    progress = sys.stderr.isatty() and len(sheet.entries) > 4 * BATCH
    for start in range(0, len(sheet.entries), BATCH):
        total.add(_batch(run, sheet, start, replace_tags=replace_tags, dry_run=dry_run))
        if progress:
            done = min(start + BATCH, len(sheet.entries))
            sys.stderr.write(f"\r{done:,} of {len(sheet.entries):,} lines")
            sys.stderr.write("\n" if done == len(sheet.entries) else "")
            sys.stderr.flush()
    return total


def _batch(run: Context, sheet: Sheet, start: int, *, replace_tags: bool, dry_run: bool) -> Outcome:
    """One transaction; tried again where routing was in the way of it."""
    from cli.journal import writing
    from ventanilla.errors import Temporary
    from ventanilla.store.importing import import_entries

    entries = sheet.entries[start : start + BATCH]
    for attempt in range(1, _TRIES + 1):
        try:
            with writing(run) as (connection, journal):
                return import_entries(connection, entries, journal, replace_tags=replace_tags, dry_run=dry_run)
        except Temporary as error:
            if attempt == _TRIES:
                again = "the lines before are imported; run it again, what is in changes nothing"
                raise Temporary(f"{error}; {again}" if start and not dry_run else str(error)) from error
    raise AssertionError  # the last attempt returns or raises


def _tell(run: Context, file: Path, sheet: Sheet, outcome: Outcome | None, *, dry_run: bool) -> None:
    if run.as_json:
        run.print_json(_document(file, sheet, outcome, dry_run=dry_run))
        return
    from cli.printing import one_line, plural, say

    for trouble in sheet.troubles[:MOST_SHOWN]:
        sys.stderr.write(f"{file}: {one_line(str(trouble))}\n")
    if len(sheet.troubles) > MOST_SHOWN:
        sys.stderr.write(f"… and {len(sheet.troubles) - MOST_SHOWN:,} more problems; --json has all\n")
    bad = plural(len({trouble.line for trouble in sheet.troubles}), "line")
    if outcome is None:
        sys.stderr.write(
            f"nothing was imported: {bad} of it cannot be; mend the file, or leave them out by --skip-bad\n"
        )
        return
    would = "would import" if dry_run else "imported"
    read_as = f"{sheet.encoding}, columns apart by {sheet.separator!r}".replace(r"'\t'", "tabs")
    say(f"{would} {plural(len(sheet.entries), 'line')} of {file} ({read_as})")
    say(f"  {plural(outcome.created, 'contact')} new, {outcome.changed:,} changed, {outcome.unchanged:,} as they were")
    say(f"  {plural(outcome.addresses, 'address', many='addresses')} new")
    if outcome.suggested:
        say(f"  {plural(outcome.suggested, 'pair')} may be one person each: `ventanilla contacts suggestions`")
    if sheet.troubles:
        say(f"  {bad} left out")
    if sheet.ignored:
        say(f"  columns of no use here: {', '.join(sheet.ignored)}")


def _document(file: Path, sheet: Sheet, outcome: Outcome | None, *, dry_run: bool) -> dict[str, object]:
    counts = ("created", "changed", "unchanged", "addresses", "suggested")
    return {
        "file": file,
        "dry_run": dry_run,
        "imported": outcome is not None and not dry_run,
        "encoding": sheet.encoding,
        "separator": sheet.separator,
        "lines": len(sheet.entries),
        **{name: getattr(outcome, name) if outcome else 0 for name in counts},
        "ignored_columns": list(sheet.ignored),
        "problems": [{"line": trouble.line, "message": trouble.message} for trouble in sheet.troubles],
    }
