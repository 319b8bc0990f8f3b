"""`calendar`: hours and holidays of a year, as understood. Needs the file alone."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.context import context
from ventanilla.errors import BadInput


def add_to(app: typer.Typer) -> None:
    """Add this group's command."""
    app.command()(calendar)


def calendar(
    name: Annotated[str, typer.Argument(help="A calendar's name in the file.", metavar="NAME")],
    year: Annotated[int | None, typer.Option(help="Default: this year.", min=1970, max=2200, metavar="Y")] = None,
) -> int:
    """Print a calendar's year as understood: hours, seasons, each holiday, special days, clock changes, totals.

    Example: ventanilla calendar madrid --year 2026
    """
    from config.plain import nearest
    from router.house import House
    from ventanilla.clocks.year import describe_year, render_year
    from ventanilla.store.installation import Installation

    run = context()
    config = run.loaded.config
    if name not in config.calendars:
        raise BadInput(f'there is no calendar "{name}"{nearest(name, config.calendars, quote=chr(34))}')
    house = House(config=config, version=0, installation=Installation(instance="", signing_key=b""))
    found = house.calendar(name)
    wanted = year or run.now().astimezone(found.zone).year
    described = describe_year(found, name, wanted, language=config.service.language)
    if run.as_json:
        run.print_json(described)
    else:
        typer.echo(render_year(described, language=config.service.language))
    return 0
