"""`retro`: how a house answered before it changes anything, from the headers of its mailbox. Sends and changes nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from cli.context import Context, context
from ventanilla.errors import BadInput

if TYPE_CHECKING:
    from config.email import EmailSettings
    from connectors.imap_email.retro import Mailbox, Progress
    from reports.retro.figures import Promised, Retro

LONGEST = 3660


def add_to(app: typer.Typer) -> None:
    """Add this group's command."""
    app.command()(retro)


def retro(
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", help="An e-mail channel of the file.")],
    days: Annotated[int, typer.Option(help="How far to look back.", min=1, max=LONGEST)] = 90,
    folder: Annotated[
        list[str] | None,
        typer.Option(
            help="A folder to read besides the channel's, where answered mail is filed; repeatable.", metavar="NAME"
        ),
    ] = None,
    list_: Annotated[
        bool,
        typer.Option("--list", help="Also list who was never answered: date, sender, subject. On the screen only."),
    ] = False,
    html: Annotated[
        Path | None, typer.Option(help="Write the figures as a page too; it names no customer.", metavar="FILE")
    ] = None,
) -> int:
    """How fast customers were answered so far, read from INBOX and Sent alone: nothing is sent, changed or kept.

    Works before `up` was ever run.

    Example: ventanilla retro soporte --days 90 --html before.html
    """
    run = context()
    if list_ and run.as_json:
        raise BadInput("--list: names customers, on the screen only; leave out --json")
    settings = _settings(run, channel)
    end = run.now()
    found = _look(run, channel, settings, start=end - timedelta(days=days), end=end, more=folder or [])
    if html is not None:
        from reports.retro.page import retro_page

        html.write_text(retro_page(found, channel=channel, house=run.loaded.config.service.name), encoding="utf-8")
    if run.as_json:
        run.print_json(told(found))
        return 0
    from cli.retro_page import print_retro

    print_retro(found, channel=channel, zone=_zone(run), names=list_)
    if html is not None:
        typer.echo(f"\nwrote {html}")
    return 0


def told(found: Retro) -> dict[str, Any]:
    """The document that --json prints: no customer is in it."""
    return {
        "from": found.start,
        "to": found.end,
        "mails": found.mails,
        "conversations": found.conversations,
        "answered": found.answered,
        "first_response": {
            "elapsed": asdict(found.elapsed),
            "business": None if found.business is None else asdict(found.business),
        },
        "kept": None if found.kept is None else asdict(found.kept),
        "hours": [asdict(slot) for slot in found.slots],
        "never_answered": [{"at": one.at, "after_answer": one.after_answer} for one in found.silent],
        "slowest": [{"at": one.at, "answered_at": one.answered_at, "seconds": one.seconds} for one in found.slowest],
        "passed_over": found.passed_over,
        "sent": found.sent,
        "answers_alone": found.answers_alone,
    }


def _settings(run: Context, channel: str) -> EmailSettings:
    from config.email import EmailSettings

    settings = run.loaded.config.channels.get(channel)
    if settings is None:
        known = ", ".join(sorted(run.loaded.config.channels)) or "none"
        raise BadInput(f"{channel}: there is no such channel; there are: {known}")
    if not isinstance(settings, EmailSettings):
        why = (
            "Telegram gives a bot no history"
            if settings.kind == "telegram"
            else "its provider keeps no such thing as Sent"
        )
        raise BadInput(f"channels.{channel}: is of kind {settings.kind}; retro reads mailboxes alone ({why})")
    return settings


def _look(
    run: Context, channel: str, settings: EmailSettings, *, start: datetime, end: datetime, more: list[str]
) -> Retro:
    from connectors.imap_email.retro import look_back
    from reports.retro.figures import make_retro

    mailbox = _mailbox(run, channel, settings, more)
    with _progress() as progress:
        mails = list(look_back(mailbox, since=start, progress=progress))
    promised = _promised(run, channel, settings)
    return make_retro(mails, start=start, end=end, zone=_zone(run), promised=promised)


def _mailbox(run: Context, channel: str, settings: EmailSettings, more: list[str]) -> Mailbox:
    from connectors.imap_email.channel import past_of

    return past_of(settings, run.loaded.config, channel, more=more)


def _promised(run: Context, channel: str, settings: EmailSettings) -> Promised | None:
    """What an ordinary query on this channel is promised by the file, if a first response is."""
    from reports.retro.figures import Promised
    from router.promises.choosing import choose_promise
    from ventanilla.clocks.calendar import ALWAYS
    from ventanilla.measures.terms import CaseFacts
    from ventanilla.words import Kind, Priority

    facts = CaseFacts(
        channel=channel, team=settings.team, kind=Kind.QUERY, priority=Priority.NORMAL, tags=(), received_at=run.now()
    )
    chosen = choose_promise(run.loaded.config.promises, facts, tags=())
    if chosen.name is None or chosen.settings is None or chosen.settings.first_response is None:
        return None
    target, calendar = chosen.settings.first_response, chosen.settings.calendar
    return Promised(
        name=chosen.name,
        within=target.within,
        target=target.target,
        calendar=ALWAYS if calendar is None else run.loaded.config.calendars[calendar].calendar(),
    )


def _zone(run: Context) -> ZoneInfo:
    return ZoneInfo(run.loaded.config.service.timezone)


@contextmanager
def _progress() -> Iterator[Progress]:
    """A bar for each folder on standard error, where somebody looks; nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import Progress as Bars

    with Bars(console=Console(file=sys.stderr), transient=True) as bars:
        tasks: dict[str, Any] = {}

        def show(folder: str, done: int, all_of_them: int) -> None:
            if folder not in tasks:
                tasks[folder] = bars.add_task(folder, total=all_of_them)
            bars.update(tasks[folder], completed=done, total=all_of_them)

        yield show
