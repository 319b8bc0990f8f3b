"""Runs the town's Telegram and Twilio servers on loopback in one process, until SIGTERM."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

from demo.provider_town import HOST, BotAccount, ProviderTown, town_from
from demo.telegram_server.app import telegram_app
from demo.telegram_server.bots import Bot
from demo.twilio_server.account import WHATSAPP, Account, Number, new_sid
from demo.twilio_server.app import TwilioServer
from ventanilla.logs import set_up_logs

_ABILITIES = frozenset({"voice", "sms", "mms"})


class _Server(uvicorn.Server):
    """Leaves signals to us: there are several servers in one process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(town: ProviderTown) -> None:
    """Serve until SIGTERM or SIGINT. OSError when a port is taken."""
    bots = [_bot(town.customers), _bot(town.staff)]
    twilio = TwilioServer(_account(town), key=town.key, store=f"http://{HOST}:{town.files_port}")
    servers = [
        _server(telegram_app(bots, key=town.key), [town.telegram_port]),
        _server(twilio.app(), [town.twilio_port, town.files_port]),
    ]
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    at_work = [asyncio.create_task(server.serve(sockets)) for server, sockets in servers]
    await stop.wait()
    for server, _ in servers:
        server.should_exit = True
    await asyncio.gather(*at_work)


def _server(app: Starlette, ports: Sequence[int]) -> tuple[_Server, list[socket.socket]]:
    config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1, ws="none")
    return _Server(config), [socket.create_server((HOST, port)) for port in ports]


def _bot(account: BotAccount) -> Bot:
    return Bot(token=account.token, name=account.name, username=account.username)


def _account(town: ProviderTown) -> Account:
    return Account(
        sid=town.account_sid,
        token=town.auth_token,
        name="Demo town",
        numbers=[Number(sid=new_sid("PN"), number=number, can=_ABILITIES) for number in town.numbers],
        senders=frozenset(f"{WHATSAPP}{number}" for number in town.whatsapp),
    )


if __name__ == "__main__":
    set_up_logs(level="error")
    asyncio.run(serve(town_from(sys.argv[1])))
