"""Turns config/demo.toml into a file that can be run: free ports, fresh secrets, the language of the screen."""

from __future__ import annotations

import importlib.util
import secrets
import socket
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import tomlkit

from config.schema import Config
from demo.ledger import CHAT, MAIL, PHONE
from demo.mail_town import HOST, MailTown
from demo.people import CUSTOMERS, SHOP
from demo.provider_town import BotAccount, ProviderTown
from ventanilla.errors import Unreachable
from ventanilla.words import STAFF_BOT

FILE = "ventanilla.toml"
_LIBRARIES = ("pymap", "aiosmtpd")
_CUSTOMERS_BOT, _STAFF_BOT = 700001, 700002


def write_settings(folder: Path, *, language: str, has_desk: bool = True) -> Path:
    """Write the demo's settings into `folder` and return the file's path; without `has_desk` nothing listens for browsers.

    Raises Unreachable without a mail server to run.
    """
    missing = [name for name in _LIBRARIES if importlib.util.find_spec(name) is None]
    if missing:
        raise Unreachable(
            f'demo: {" and ".join(missing)} not found: install the extra "demo" (pip install "ventanilla[demo]")'
        )
    document: Any = tomlkit.parse(_template().read_text(encoding="utf-8"))
    imap_port, smtp_port, telegram_port, twilio_port, desk_port = _free_ports(5)
    channels = document["channels"]
    document["service"]["language"] = language
    channels[MAIL]["imap"]["port"] = imap_port
    channels[MAIL]["smtp"]["port"] = smtp_port
    for bot in (channels[CHAT], document["staff"]["telegram"]):
        bot["api_url"] = f"http://{HOST}:{telegram_port}"
    channels[PHONE]["api_url"] = f"http://{HOST}:{twilio_port}"
    if has_desk:
        document["web"]["listen"] = f"{HOST}:{desk_port}"
    else:
        del document["web"]
    _write_secrets(folder / "secrets")
    path = folder / FILE
    path.write_text(tomlkit.dumps(document), encoding="utf-8")
    return path


def mail_town(config: Config) -> MailTown:
    """The mail server that these settings want: a mailbox for the shop and each of its people, one for all customers."""
    channel: Any = config.channels[MAIL]
    people = [agent.email for agent in config.agents.values() if agent.email]
    return MailTown(
        mailboxes=[SHOP, *people, CUSTOMERS],
        password=channel.imap.password.reveal(),
        smtp_port=channel.smtp.port,
        imap_port=channel.imap.port,
        catch_all=CUSTOMERS,
    )


def provider_town(config: Config) -> ProviderTown:
    """The Telegram and Twilio servers that these settings want."""
    chat: Any = config.channels[CHAT]
    phone: Any = config.channels[PHONE]
    staff: Any = config.staff.telegram
    (files_port,) = _free_ports(1)
    return ProviderTown(
        key=secrets.token_urlsafe(12),
        telegram_port=_port_of(chat.api_url),
        twilio_port=_port_of(phone.api_url),
        files_port=files_port,
        customers=_bot(chat.token.reveal(), config.service.name),
        staff=_bot(staff.token.reveal(), f"{config.service.name}: avisos"),
        account_sid=phone.account_sid,
        auth_token=phone.auth_token.reveal(),
        numbers=phone.numbers,
        whatsapp=phone.whatsapp,
    )


def staff_with_telegram(config: Config) -> dict[str, dict[str, object]]:
    """Each person of the shop who has Telegram, as Telegram shows them."""
    return {
        name: {"id": agent.telegram, "is_bot": False, "first_name": agent.name or name, "language_code": "es"}
        for name, agent in config.agents.items()
        if agent.telegram is not None
    }


def _bot(token: str, name: str) -> BotAccount:
    return BotAccount(token=token, name=name, username=f"pueblo_{token.partition(':')[0]}_bot")


def _port_of(url: str) -> int:
    return urlsplit(url).port or 0


def _write_secrets(folder: Path) -> None:
    """A password, a token each: fresh at every start, readable by us alone."""
    folder.mkdir(mode=0o700)
    drawn = {
        MAIL: secrets.token_urlsafe(12),
        CHAT: f"{_CUSTOMERS_BOT}:{secrets.token_hex(18)}",
        STAFF_BOT: f"{_STAFF_BOT}:{secrets.token_hex(18)}",
        PHONE: secrets.token_hex(16),
    }
    for name, secret in drawn.items():
        file = folder / name
        file.touch(mode=0o600)
        file.write_text(secret, encoding="utf-8")


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
