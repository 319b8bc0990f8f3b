"""What the sources of a service hold, asked of them as any other program would, against its ledger. Repairs nothing."""

from __future__ import annotations

import base64
import json
import ssl
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from imapclient import IMAPClient

from tests.acceptance.service import Service
from tests.servers.telegram_api import TelegramApi
from ventanilla.store.tables import inbox

MISSED = ("no-answer", "busy")


def compare_sources(service: Service) -> dict[str, int]:
    """Of each channel of the file: how many items of its source the ledger lacks, has more than once, or has beyond the source.

    A mailbox's items are those under its present UIDVALIDITY; a bot's all updates that the server ever had for it.
    """
    found: Counter[str] = Counter(item_of_source_missing=0, item_of_source_twice=0, item_beyond_source=0)
    for name, settings in service.settings["channels"].items():
        held, told = _KINDS[settings["kind"]](service, settings)
        with service.store.read() as connection:
            rows = connection.execute(sa.select(inbox.c.item_key, inbox.c.raw).where(inbox.c.channel == name)).all()
        ledger = Counter(key for key in map(told, rows) if key is not None)
        wanted = Counter(held)
        found["item_of_source_missing"] += len(set(wanted) - set(ledger))
        found["item_of_source_twice"] += sum(times > wanted[key] for key, times in ledger.items() if key in wanted)
        found["item_beyond_source"] += len(set(ledger) - set(wanted))
    return dict(found)


Held = tuple[list[str], Callable[[Any], str | None]]
"""What is there, and how a row of the ledger says the same; None for a row that is of no concern."""


def _mailbox(service: Service, settings: Mapping[str, Any]) -> Held:
    with _logged_in(service, settings["imap"]) as client:
        prefix = f"INBOX/{client.select_folder('INBOX', readonly=True)[b'UIDVALIDITY']}/"
        held = [f"{prefix}{uid}" for uid in client.search()]
    return held, lambda row: str(row.item_key) if row.item_key.startswith(prefix) else None


@contextmanager
def _logged_in(service: Service, imap: Mapping[str, Any]) -> Iterator[IMAPClient]:
    tls = ssl.create_default_context(cafile=imap.get("ca_file")) if imap["security"] == "tls" else None
    client = IMAPClient(imap["host"], imap["port"], ssl=tls is not None, ssl_context=tls, timeout=30)
    try:
        client.login(imap["user"], _secret(service, imap["password"]))
        yield client
    finally:
        client.shutdown()


def _bot(_: Service, settings: Mapping[str, Any]) -> Held:
    """The Bot API forgets what it was told to: the test's own server remembers it."""
    bot = TelegramApi.running[settings["api_url"]].bot
    held = [*bot.confirmed, *(update["update_id"] for update in bot.waiting)]
    return [str(number) for number in held], lambda row: str(json.loads(row.raw)["update_id"])


def _account(service: Service, settings: Mapping[str, Any]) -> Held:
    """What came in to the channel's numbers, by Twilio's lists."""
    ours = {*settings.get("numbers", ()), *(f"whatsapp:{number}" for number in settings.get("whatsapp", ()))}
    messages = [one for one in _listed(service, settings, "messages") if one["direction"] == "inbound"]
    calls = _listed(service, settings, "calls") if settings.get("calls") else []
    held = [one["sid"] for one in messages if one["to"] in ours]
    held += [one["sid"] for one in calls if one["to"] in ours and one["status"] in MISSED]
    return held, lambda row: str(row.item_key)


def _listed(service: Service, settings: Mapping[str, Any], what: str) -> list[dict[str, Any]]:
    account = settings["account_sid"]
    signed = base64.b64encode(f"{account}:{_secret(service, settings['auth_token'])}".encode()).decode()
    address = f"{settings['api_url']}/2010-04-01/Accounts/{account}/{what.capitalize()}.json?PageSize=1000"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(address, headers={"Authorization": f"Basic {signed}"}), timeout=30) as told:
        return list(json.load(told)[what])


def _secret(service: Service, where: Mapping[str, str]) -> str:
    return (service.folder / where["file"]).read_text(encoding="utf-8").strip()


_KINDS: Mapping[str, Callable[[Service, Mapping[str, Any]], Held]] = {
    "email": _mailbox,
    "telegram": _bot,
    "twilio": _account,
}
