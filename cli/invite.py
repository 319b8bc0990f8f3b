"""`invite`: a link, and the same as a QR code, by which somebody tells the staff's bot which Telegram account is theirs."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cli.context import Context, context
from ventanilla.errors import BadInput, Unreachable

if TYPE_CHECKING:
    from config.staff import StaffTelegram
    from ventanilla.store.invitations import Invitation


def add_to(app: typer.Typer) -> None:
    """Add this group's command."""
    app.command()(invite)


def invite(agent: Annotated[str, typer.Argument(help="A person's name in the file.", metavar="A")]) -> int:
    """Make a link and a QR code that link somebody's Telegram account to them, once and within 48 hours.

    A new invitation makes their former ones worthless.

    Example: ventanilla invite ana
    """
    from cli.journal import writing
    from ventanilla.store.invitations import invite as make

    run = context()
    bot = _bot(run)
    name = somebody_here(run, agent)
    username = _username(bot)
    with writing(run) as (connection, journal):
        made = make(connection, name, "telegram", journal=journal)
    link = f"https://t.me/{username}?start={made.token}"
    if run.as_json:
        run.print_json({"agent": name, "bot": username, "link": link, "expires_at": made.expires_at})
    else:
        _show(run, made, link)
    return 0


def _bot(run: Context) -> StaffTelegram:
    bot = run.glimpsed.config.staff.telegram
    if bot is None:
        raise BadInput(
            f"{run.config_path}: the staff have no bot: make one with @BotFather and set "
            'telegram = { token = { file = "secrets/staff-bot" } } in [staff]'
        )
    return bot


def somebody_here(run: Context, agent: str) -> str:
    """The name, if somebody who belongs to the house has it. Raises BadInput with the nearest name, or why not."""
    import sqlalchemy as sa

    from cli.names import known_agent
    from ventanilla.store.tables import agents

    settings = run.glimpsed.config.agents.get(agent)
    with run.store.read() as connection:
        enabled = connection.scalar(sa.select(agents.c.enabled).where(agents.c.name == agent))
        if enabled is None and settings is not None:
            raise BadInput(f"agent {agent} is in the file, but not in force yet: `ventanilla reload`")
        if enabled is False:
            when = f" on {settings.left}" if settings is not None and settings.left is not None else ""
            raise BadInput(f"agent {agent} left{when}: nobody is invited who does not work here")
        return known_agent(connection, agent)


def _username(bot: StaffTelegram) -> str:
    """Asked of Telegram, so that a token that does not work is noticed here and not by the person invited."""
    from connectors.telegram_chat.channel import bot_username

    username = bot_username(bot.token, bot.api_url)
    if not username:
        raise Unreachable("Telegram does not say what the staff's bot is called; try again")
    return username


def _show(run: Context, made: Invitation, link: str) -> None:
    from cli.cases import times_of
    from cli.printing import say
    from daemon.lock import holder

    config = run.glimpsed.config
    until = times_of(run).at(made.expires_at)
    say(f"Invitation for {config.agents[made.agent].name}, good once and until {until}:\n\n  {link}\n")
    show_code(link)
    say("\nThey open it on their own phone and press Start; from then on their notices reach them there.")
    if "telegram" not in config.agents[made.agent].notify:
        say(
            f'note: agents.{made.agent}.notify does not name "telegram": they can use the bot, but get no notices by it'
        )
    if holder(config.service.data_dir) is None:
        say("note: no service runs on this data folder, and the bot answers only while one runs")


def show_code(link: str) -> None:
    """The same link for a telephone's camera."""
    from cli.printing import say
    from cli.qr import qr_lines

    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    for line in qr_lines(link, colour=colour):
        say(f"  {line}", clean=False)
