"""`packs`: the law as ready-made policies, as a table or one whole with its sources. Needs no file and no store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.context import Context, context
from ventanilla.errors import BadInput

if TYPE_CHECKING:
    from config.packs.pack import Article, LawDeadline, Pack

_COUNTED = {"hours": "hour", "calendar_days": "calendar day", "working_days": "working day", "months": "month"}


def add_to(app: typer.Typer) -> None:
    """Add this group's command."""
    app.command()(packs)


def packs(name: Annotated[str | None, typer.Argument(help="One of them, whole.", metavar="NAME")] = None) -> int:
    """Show the law's ready-made policies: whom each is for, what it sets and forbids, where it says so, when it was reviewed.

    One is put to use by `pack` in a promise. Not legal advice.

    Example: ventanilla packs es-consumidores
    """
    from config.packs import PACKS, all_packs, read_pack
    from config.plain import nearest

    run = context()
    if name is None:
        return _list(run, all_packs())
    if name not in PACKS:
        raise BadInput(f'there is no pack "{name}"{nearest(name, PACKS, quote=chr(34))}')
    law = read_pack(name)
    if run.as_json:
        run.print_json(_document(law))
    else:
        _print(law)
    return 0


def _list(run: Context, found: tuple[Pack, ...]) -> int:
    if run.as_json:
        run.print_json([_document(law) for law in found])
        return 0
    from cli.printing import print_table, say
    from config.packs.pack import NOT_ADVICE

    used = _in_use(run)
    print_table(
        ("pack", "country", "answer within", "who", "reviewed", "in use by"),
        [
            (
                law.name,
                law.country or "-",
                ", ".join(dict.fromkeys(_length(one) for one in law.deadlines)),
                law.who.en,
                law.reviewed.isoformat(),
                ", ".join(used.get(law.name, ())) or "-",
            )
            for law in found
        ],
        folds=("who", "answer within"),
    )
    say(f"\none whole, with its sources: ventanilla packs NAME\n{NOT_ADVICE}")
    return 0


def _print(law: Pack) -> None:
    from cli.printing import say
    from config.packs.pack import NOT_ADVICE

    say(f"{law.name}: {law.title.en}")
    say(f"  for       {law.who.en}")
    say(f"  source    {law.source}")
    if law.url:
        say(f"            {law.url}")
    say(f"  reviewed  {law.when_reviewed()}" + (f"; to adapt by {law.adapt_by}" if law.adapt_by else ""))
    say("\nby when")
    for one in law.deadlines:
        say(f"  {_length(one)}: {one.title.en}{_for_whom(one)} ({one.source})")
    _articles("wanted", law.required)
    _articles("forbidden", law.forbidden)
    if law.notes:
        say(f"\n{law.notes.en}")
    say(f"\n{NOT_ADVICE}")


def _articles(title: str, found: tuple[Article, ...]) -> None:
    from cli.printing import say

    if found:
        say(f"\n{title}")
    for one in found:
        say(f"  {one.says.en} ({one.source})")


def _length(one: LawDeadline) -> str:
    from cli.printing import plural

    name, count = one.length()
    return plural(count, _COUNTED[name])


def _for_whom(one: LawDeadline) -> str:
    parts = [", ".join(one.kinds)] if one.kinds else []
    parts += [f"tagged {' or '.join(one.tags)}"] if one.tags else []
    return f" [{'; '.join(parts) or 'every case'}]"


def _in_use(run: Context) -> dict[str, list[str]]:
    """Which promises of the file, where there is one, have which pack."""
    used: dict[str, list[str]] = {}
    if run.config_path.is_file():
        for name, promise in run.glimpsed.config.promises.items():
            if promise.pack is not None:
                used.setdefault(promise.pack, []).append(name)
    return used


def _document(law: Pack) -> dict[str, Any]:
    from config.packs.pack import NOT_ADVICE

    return {**law.model_dump(mode="json"), "disclaimer": NOT_ADVICE}
