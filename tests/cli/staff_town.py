"""The town of the commands' tests with a bot for its staff, on a Bot API server and an SMTP server of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.cli.town import Town, build_town
from tests.servers.smtp import SmtpServer
from tests.servers.telegram_api import TelegramApi
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.telegram_links import link_telegram

MORE = """
[staff]
email = {{ address = "avisos@example.com", smtp = {{ host = "{host}", port = {port}, security = "none" }} }}

[staff.telegram]
token = {{ file = "staff-bot" }}
api_url = "{api}"
"""


@dataclass(slots=True)
class StaffTown:
    """The town, and what its notices go through."""

    town: Town
    api: TelegramApi
    smtp: SmtpServer

    def link(self, agent: str, account: int) -> None:
        """As if this account had opened an invitation."""
        journal = Journal(now=datetime.now(UTC), actor="test")
        with self.town.store.write() as connection:
            link_telegram(connection, agent, str(account), how="invitation", journal=journal)
            journal.flush(connection)
        self.api.bot.chats.add(account)


@contextmanager
def staff_town(store: Store, folder: Path) -> Iterator[StaffTown]:
    """Everything runs until the block ends."""
    with TelegramApi() as api, SmtpServer() as smtp:
        (folder / "staff-bot").write_text(api.token, encoding="utf-8")
        (folder / "staff-bot").chmod(0o600)
        more = MORE.format(host=smtp.host, port=smtp.port, api=api.url)
        yield StaffTown(build_town(store, folder, more=more), api, smtp)
