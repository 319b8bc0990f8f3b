"""`desk`: the web process, which providers call and where our people work, and when `up` starts it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import structlog
import typer

if TYPE_CHECKING:
    from config.schema import Config
    from desk.calls.webhooks import Webhooks

log = structlog.get_logger(__name__)

FLUSH_EVERY = 3.0
LAST_WORDS = 5.0


def add_to(app: typer.Typer) -> None:
    """Add this group's commands."""
    from cli.desk_entry import sessions, tokens, trail, unlink
    from cli.desk_invite import invite

    group = typer.Typer(rich_markup_mode=None)
    group.callback(invoke_without_command=True)(desk)
    for command in (invite, sessions, tokens, unlink, trail):
        group.command()(command)
    app.add_typer(group, name="desk")


def desk(called: typer.Context) -> int:
    """Listen where [web] says: for our people at the desk, and for what providers report by themselves. (Part of `up`, where it is
    needed.)

    Example: ventanilla desk --config shop.toml
    """
    if called.invoked_subcommand is not None:
        return 0
    from cli.processes import Part

    part = Part()
    service = part.join()
    if service is None:
        return part.code()
    from cli.desk_parts import build_web, build_webhooks
    from desk.listening import listen
    from desk.server import WebServer
    from ventanilla.errors import Unreachable

    address = service.config.web.listen
    try:
        listener = listen(address)
    except Unreachable as error:
        log.error("cannot_listen", listen=address, problem=str(error))  # noqa: TRY400
        return 3
    webhooks = build_webhooks(service)
    server = WebServer(build_web(service, webhooks), listener)
    threads = [
        threading.Thread(target=server.run, name="web"),
        threading.Thread(target=_count_refusals, args=(webhooks, part.stop), name="refusals"),
    ]
    for thread in threads:
        thread.start()
    log.info("listening", listen=address, webhooks=[f"{channel}/{path}" for channel, path in webhooks.hooks])
    part.watch(threads)
    server.stop()
    for thread in threads:
        thread.join(timeout=LAST_WORDS)
    return part.code()


def is_needed(config: Config) -> bool:
    """Whether the file alone makes `up` start this process: [web] listen, metrics or oidc stands in it, or a provider can call a
    channel here. Where nothing of that holds, `is_wanted` decides."""
    asked = config.web.model_fields_set
    if "listen" in asked or "oidc" in asked or ("metrics" in asked and config.web.metrics != "off"):
        return True
    if config.service.public_url is None:
        return False
    from connectors.registry import offers

    return any(offers(settings.kind, "hooks") for settings in config.channels.values())


def is_wanted(config: Config) -> bool:
    """Whether anybody was ever invited to the desk, which makes `up` start this process too. A store that is out of reach says no:
    there nobody could come in either."""
    if not config.web.desk:
        return False
    import sqlalchemy as sa

    from config.opening import open_existing_store
    from ventanilla.errors import Temporary, Unreachable
    from ventanilla.store.accounts import is_desk_wanted

    try:
        store = open_existing_store(config)
        try:
            with store.read() as connection:
                return is_desk_wanted(connection)
        finally:
            store.close()
    except (Temporary, Unreachable, sa.exc.SQLAlchemyError):
        return False


def _count_refusals(webhooks: Webhooks, stop: threading.Event) -> None:
    from cli.assembly import service_now

    while not stop.wait(FLUSH_EVERY):
        webhooks.refusals.flush(webhooks.store, now=service_now())
    webhooks.refusals.flush(webhooks.store, now=service_now())
