"""What the town's Telegram and Twilio servers are told: bots, numbers, ports. It serves nothing and imports no web library."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class BotAccount:
    """One bot: its token begins with its id."""

    token: str
    name: str
    username: str

    @property
    def id(self) -> int:
        return int(self.token.partition(":")[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderTown:
    """Both servers. `key` is what the town's people show at the side doors; Twilio's files lie behind a port of their own."""

    key: str
    telegram_port: int
    twilio_port: int
    files_port: int
    customers: BotAccount
    staff: BotAccount
    account_sid: str
    auth_token: str
    numbers: Sequence[str]
    whatsapp: Sequence[str]

    @property
    def argv(self) -> tuple[str, ...]:
        """The command line of a process that serves all of it until SIGTERM."""
        return (sys.executable, "-m", "demo.provider_server", json.dumps(asdict(self)))

    def is_ready(self) -> bool:
        """True when every port takes connections."""
        try:
            for port in (self.telegram_port, self.twilio_port, self.files_port):
                socket.create_connection((HOST, port), timeout=0.5).close()
        except OSError:
            return False
        return True

    @property
    def telegram_url(self) -> str:
        return f"http://{HOST}:{self.telegram_port}"

    @property
    def twilio_url(self) -> str:
        return f"http://{HOST}:{self.twilio_port}"


def town_from(text: str) -> ProviderTown:
    """The town that `argv` names."""
    told = json.loads(text)
    bots = {name: BotAccount(**told[name]) for name in ("customers", "staff")}
    lists = {name: tuple(told[name]) for name in ("numbers", "whatsapp")}
    return ProviderTown(**{**told, **bots, **lists})
