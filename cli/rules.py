"""`rules test`: what would become of a mail or a chat message now, rule by rule. Changes nothing."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.context import Context, context
from ventanilla.errors import BadInput, BadMessage, Temporary, Unreachable

if TYPE_CHECKING:
    import sqlalchemy as sa

    from router.house import House
    from ventanilla.channel import Message


def add_to(app: typer.Typer) -> None:
    """Add this group's commands."""
    rules = typer.Typer(no_args_is_help=True, help="The rules of the file: what they would do.")
    rules.command("test")(rehearse_messages)
    app.add_typer(rules, name="rules")


def rehearse_messages(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Mails (.eml), Maildir folders, mbox files; - is standard input.", metavar="FILE"),
    ] = None,
    channel: Annotated[str | None, typer.Option(help="The channel that they come in on.", metavar="C")] = None,
    at: Annotated[
        str | None, typer.Option(help="When they come in, on the house's clock; now if not given.", metavar="MOMENT")
    ] = None,
    text: Annotated[str | None, typer.Option(help="Instead of files: what somebody writes.")] = None,
    sender: Annotated[str, typer.Option(help="With --text: their address, number or Telegram id.", metavar="S")] = "",
    subject: Annotated[str, typer.Option(help="With --text, for a mail: its subject.")] = "",
) -> int:
    """Show what would become of a message: screening, language, each rule and why not, who would get it, by when.

    Reads the file as it stands, in force or not, and changes nothing. With --json an object a line.

    Example: ventanilla rules test mail.eml --at 2026-11-23T10:00
    """
    from cli.printing import readable_json
    from cli.rules_page import print_rehearsal

    run = context()
    if bool(paths) == (text is not None):
        raise BadInput("name files of mails, or write a message with --text and --sender")
    moment = _moment(run, at)
    unreadable = 0
    with _asked(run) as (house, connection):
        name = _channel(run, channel, is_mail=text is None)
        for label, message in _messages(house, name, paths or [], text=text, sender=sender, subject=subject):
            told = _told(run, house, connection, label, name, message, moment)
            unreadable += told["error"] is not None
            if run.as_json:
                sys.stdout.write(readable_json(json.dumps(told, ensure_ascii=False)) + "\n")
            else:
                print_rehearsal(told, house, at=moment)
    return 2 if unreadable else 0


def _moment(run: Context, typed: str | None) -> datetime:
    from zoneinfo import ZoneInfo

    from ventanilla.clocks.typed import read_start

    if typed is None:
        return run.now()
    return read_start(typed, ZoneInfo(run.glimpsed.config.service.timezone), now=run.now(), option="--at")


@contextmanager
def _asked(run: Context) -> Iterator[tuple[House, sa.Connection | None]]:
    """The house under this file, and the store if there is one that can be asked."""
    from router.house import House
    from ventanilla.store.installation import Installation

    nobody = Installation(instance="", signing_key=b"")
    if not _has_store(run):
        yield House(config=run.glimpsed.config, version=0, installation=nobody), None
        return
    with run.store.read() as connection:
        from ventanilla.store.installation import known_installation

        installation = known_installation(connection) or nobody
        yield House(config=run.glimpsed.config, version=0, installation=installation), connection


def _has_store(run: Context) -> bool:
    """Whether there is a store to ask; asking must not make one."""
    url = run.glimpsed.config.store_url()
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists():
        return False
    try:
        return run.store is not None
    except (Temporary, Unreachable) as error:
        typer.echo(f"the store cannot be asked, so nobody is named: {error}", err=True)
        return False


def _channel(run: Context, name: str | None, *, is_mail: bool) -> str:
    channels = run.glimpsed.config.channels
    if name is not None:
        if name not in channels:
            raise BadInput(f'--channel: there is no channel "{name}"; the file has {", ".join(channels) or "none"}')
        return name
    fitting = [each for each, settings in channels.items() if not is_mail or settings.kind == "email"]
    if len(fitting) != 1:
        raise BadInput(f"say --channel: the file has {', '.join(fitting) or 'none that fits'}")
    return fitting[0]


def _messages(
    house: House, channel: str, paths: list[Path], *, text: str | None, sender: str, subject: str
) -> Iterator[tuple[str, Message | str]]:
    """Each message with what to call it, or why it cannot be read."""
    if text is not None:
        yield f"{sender or 'somebody'} on {channel}", _written(house, channel, text, sender=sender, subject=subject)
        return
    from connectors.imap_email.parse import raw_mails
    from connectors.registry import Place, kind

    settings = house.config.channels[channel]
    if settings.kind != "email":
        raise BadInput(f"{channel}: files are mails, and this channel is {settings.kind}; use --text and --sender")
    place = Place(name=channel, config=house.config, installation=house.installation, since=Context.now())
    read = kind(settings.kind).reader(settings, place)
    for name, raw in raw_mails(paths):
        try:
            yield name, str(raw) if isinstance(raw, OSError) else read(raw)
        except BadMessage as error:
            yield name, str(error)


def _written(house: House, channel: str, text: str, *, sender: str, subject: str) -> Message:
    from ventanilla.channel import Message, Party
    from ventanilla.phones import e164
    from ventanilla.words import AddressKind

    if not sender:
        raise BadInput("--sender: say who writes: an address, a number, a Telegram id")
    kind = house.config.channels[channel].kind
    address_kind = {"email": AddressKind.EMAIL, "telegram": AddressKind.TELEGRAM, "twilio": AddressKind.PHONE}.get(kind)
    address = (e164(sender) if kind == "twilio" else None) or sender.strip().lower()
    somebody = Party(address=address, kind=address_kind or AddressKind.EMAIL)
    return Message(
        author=somebody,
        customer=somebody,
        subject=subject if kind == "email" else "",
        text=text,
        reply_text=text,
        conversational=kind != "email",
        medium=kind,
    )


def _told(
    run: Context,
    house: House,
    connection: sa.Connection | None,
    label: str,
    channel: str,
    message: Message | str,
    at: datetime,
) -> dict[str, Any]:
    from cli.rules_page import rehearsal_object, unreadable_object
    from router.rehearsal import rehearse

    if isinstance(message, str):
        return unreadable_object(label, message)
    if not message.customer.address:
        return unreadable_object(label, "it names no sender")
    rehearsed = rehearse(house, channel, message, at=at, connection=connection)
    return rehearsal_object(label, message, rehearsed, house, at=at, rules_at=run.glimpsed.rules_at)
