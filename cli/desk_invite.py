"""`desk invite`: a link by which somebody chooses their password for the desk and comes in, once and within 48 hours."""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
from typing import TYPE_CHECKING, Annotated

import typer

from cli.context import Context, context
from ventanilla.errors import BadInput

if TYPE_CHECKING:
    from config.schema import Config
    from ventanilla.store.invitations import Invitation


def invite(agent: Annotated[str, typer.Argument(help="A person's name in the file.", metavar="A")]) -> int:
    """Make a link by which somebody chooses a password for the desk, once and within 48 hours.

    For whoever is new, and for whoever forgot their password: choosing another ends what was open before. A new invitation makes
    their former ones worthless.

    Example: ventanilla desk invite ana
    """
    from cli.desk import is_needed
    from cli.invite import somebody_here
    from cli.journal import writing
    from ventanilla.store.accounts import is_desk_wanted
    from ventanilla.store.invitations import invite as make

    run = context()
    config = run.glimpsed.config
    _may_invite(run, config)
    name = somebody_here(run, agent)
    with writing(run) as (connection, journal):
        served = is_needed(config) or is_desk_wanted(connection)
        made = make(connection, name, "desk", journal=journal)
    link = f"{desk_url(config)}/welcome/{made.token}"
    notes = _notes(run, served=served)
    if run.as_json:
        run.print_json({"agent": name, "link": link, "expires_at": made.expires_at, "notes": notes})
    else:
        _show(run, made, link, notes)
    return 0


def desk_url(config: Config) -> str:
    """Where the desk is for a browser, as well as the file tells."""
    if config.service.public_url is not None:
        return config.service.public_url.rstrip("/")
    host, _, port = config.web.listen.rpartition(":")
    try:
        if ipaddress.ip_address(host.strip("[]")).is_unspecified:
            host = socket.gethostname()
    except ValueError:
        pass
    return f"http://{host}:{port}"


def _may_invite(run: Context, config: Config) -> None:
    if not config.web.desk:
        raise BadInput(
            f"{run.config_path}: web.desk is false: there is no desk to invite anybody to; take that line out"
        )
    if not config.web.passwords and config.web.oidc is not None:
        raise BadInput(
            f"{run.config_path}: web.passwords is false: nobody needs an invitation, they come in by {config.web.oidc.label}"
            f" at {desk_url(config)}/login with the e-mail address that the file has for them"
        )


def _notes(run: Context, *, served: bool) -> list[str]:
    """What else somebody must know or do before the link opens."""
    from daemon.lock import holder

    config, notes = run.glimpsed.config, []
    pid = holder(config.service.data_dir)
    if pid is None:
        notes.append("no service runs on this data folder, and the link opens only while one does: `ventanilla up`")
    elif not served:
        notes.append(_start_serving(run, pid))
    if config.service.public_url is None:
        notes.append(
            f"the file has no service.public_url: the link is for whoever reaches {config.web.listen}; behind a proxy with TLS "
            "set it, and passwords cross no network in the clear"
        )
    return notes


def _start_serving(run: Context, pid: int) -> str:
    """The first invitation of a house that had no web page: the running service is told to listen, unless its file was changed."""
    from config.apply import is_in_force

    with run.store.read() as connection:
        unchanged = is_in_force(connection, run.loaded)
    if not unchanged:
        return "the running service does not listen yet, and its file has been changed: `ventanilla reload` does both"
    os.kill(pid, signal.SIGHUP)
    return f"the running service begins to listen on {run.glimpsed.config.web.listen} now"


def _show(run: Context, made: Invitation, link: str, notes: list[str]) -> None:
    from cli.cases import times_of
    from cli.invite import show_code
    from cli.printing import say

    until = times_of(run).at(made.expires_at)
    name = run.glimpsed.config.agents[made.agent].name or made.agent
    say(f"Invitation to the desk for {name}, good once and until {until}:\n\n  {link}\n")
    show_code(link)
    say("\nThey open it, choose a password, and are in. Give it to nobody else: whoever has it is them.")
    for note in notes:
        say(f"note: {note}")
