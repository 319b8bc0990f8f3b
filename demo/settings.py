"""Turns config/demo.toml into a file that can be run: free ports, a fresh password, the language of the screen."""

from __future__ import annotations

import importlib.util
import secrets
import socket
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import tomlkit

from config.schema import Config
from demo.mail_town import HOST, MailTown
from demo.people import CUSTOMERS, SHOP
from ventanilla.errors import Unreachable

FILE = "ventanilla.toml"
CHANNEL = "correo"
_LIBRARIES = ("pymap", "aiosmtpd")


def write_settings(folder: Path, *, language: str) -> Path:
    """Write the demo's settings into `folder` and return the file's path. Raises Unreachable without a mail server to run."""
    missing = [name for name in _LIBRARIES if importlib.util.find_spec(name) is None]
    if missing:
        raise Unreachable(
            f'demo: {" and ".join(missing)} not found: install the extra "demo" (pip install "ventanilla[demo]")'
        )
    document: Any = tomlkit.parse(_template().read_text(encoding="utf-8"))
    imap_port, smtp_port = _free_ports(2)
    document["service"]["language"] = language
    document["channels"][CHANNEL]["imap"]["port"] = imap_port
    document["channels"][CHANNEL]["smtp"]["port"] = smtp_port
    secret = folder / "secrets" / CHANNEL
    secret.parent.mkdir(mode=0o700)
    secret.touch(mode=0o600)
    secret.write_text(secrets.token_urlsafe(12), encoding="utf-8")
    path = folder / FILE
    path.write_text(tomlkit.dumps(document), encoding="utf-8")
    return path


def mail_town(config: Config) -> MailTown:
    """The mail server that these settings want: a mailbox for the shop and each of its people, one for all customers."""
    channel: Any = config.channels[CHANNEL]
    people = [agent.email for agent in config.agents.values() if agent.email]
    return MailTown(
        mailboxes=[SHOP, *people, CUSTOMERS],
        password=channel.imap.password.reveal(),
        smtp_port=channel.smtp.port,
        imap_port=channel.imap.port,
        catch_all=CUSTOMERS,
    )


def _template() -> Path:
    import config

    return Path(str(config.__file__)).with_name("demo.toml")


def _free_ports(count: int) -> list[int]:
    """So many ports of loopback that nobody listens on just now."""
    with ExitStack() as stack:
        found = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in found:
            each.bind((HOST, 0))
        return [int(each.getsockname()[1]) for each in found]
