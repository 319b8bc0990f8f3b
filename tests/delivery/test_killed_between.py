"""kill -9 of the process that sends, just after (or before) its provider took an answer and before it is written down.

Never two copies without the agent being told: mail goes again under the same Message-ID, which tells the customer's side that it
is the same; what Twilio took is looked up; what Telegram may have taken is shown to its author, who decides.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.delivery.sender_process import ACCOUNT, BOT, OURS, TOKEN, deliverer
from tests.servers.smtp import SmtpServer
from tests.servers.telegram_api import TelegramApi
from tests.servers.twilio_api import TwilioServer
from tests.store.rows import add_case, add_house
from ventanilla.store.engine import Store
from ventanilla.store.outbox import Letter, put_letter
from ventanilla.store.resend import send_again
from ventanilla.store.tables import outbox
from ventanilla.words import DeliveryState, OutboxKind

ROOT = Path(__file__).parents[2]
LUCIA = 550011
MESSAGE_ID = "<r1.k7m@example.com>"
THREE_PIECES = "\n\n".join(f"{number} {'ñ' * 4000}" for number in range(3))


@dataclass
class Provider:
    """A provider's server: where it is, what the customer got, and the process that dies when it has taken so many."""

    kind: str
    recipient: str
    server: str
    copies: Callable[[], Sequence[str]]
    kills_at: int = 1
    before_taking: bool = False
    victim: subprocess.Popen[bytes] | None = None
    asked: int = 0

    def around(self, take: Callable[..., Any]) -> Callable[..., Any]:
        """The same taking, and a death in the middle of it."""

        def taking(*arguments: Any) -> Any:
            self.asked += 1
            dies = self.asked == self.kills_at
            if dies and self.before_taking:
                self.kill()
                raise ConnectionAbortedError("nobody hears this")
            answer = take(*arguments)
            if dies:
                self.kill()
            return answer

        return taking

    def kill(self) -> None:
        assert self.victim is not None
        self.victim.kill()
        self.victim.wait()


@contextmanager
def email() -> Iterator[Provider]:
    with SmtpServer() as server:
        taken = server.taken
        ids = lambda: [str(message_from_bytes(mail.raw)["Message-ID"]) for mail in taken]  # noqa: E731
        provider = Provider("email", "eva@example.org", str(server.port), ids)
        server._on_mail = provider.around(lambda _: None)
        yield provider


@contextmanager
def telegram() -> Iterator[Provider]:
    with TelegramApi(BOT) as server:
        server.bot.chats.add(LUCIA)
        texts = lambda: [str(message["text"])[:9] for message in server.bot.sent.values()]  # noqa: E731
        provider = Provider("telegram", str(LUCIA), server.url, texts)
        server.bot._methods["sendMessage"] = provider.around(server.bot._methods["sendMessage"])
        yield provider


@contextmanager
def twilio() -> Iterator[Provider]:
    with TwilioServer(account=ACCOUNT, token=TOKEN) as server:
        server.number(OURS)
        bodies = lambda: [str(message["body"]) for message in server.lists["messages"]]  # noqa: E731
        provider = Provider("twilio", "+34600000001", server.url, bodies)
        setattr(server, "_send", provider.around(server._send))  # noqa: B010
        yield provider


@dataclass
class Afterwards:
    """What a later process was told."""

    store: Store
    told: list[tuple[str, str]] = field(default_factory=list)

    def hook(self, word: str) -> Callable[..., None]:
        def note(connection: sa.Connection, row: sa.Row[Any], _: object) -> None:
            state = connection.scalar(sa.select(outbox.c.state).where(outbox.c.id == row.id))
            self.told.append((word, str(state)))

        return note

    def recover(self, provider: Provider) -> str:
        """A new process finds what the dead one left, and does all that is to do; the state it comes to."""
        loop = deliverer(self.store, provider.kind, provider.server, sent=self.hook("sent"), failed=self.hook("failed"))
        assert loop.recover() == 1
        ids = [row.id for row in self.rows()]
        for _ in range(2):
            loop.deliver_these(ids)
        return str(self.rows()[0].state)

    def rows(self) -> Sequence[sa.Row[Any]]:
        with self.store.read() as connection:
            return connection.execute(sa.select(outbox)).all()


def send_until_killed(store: Store, provider: Provider, text: str) -> None:
    """An answer is due; a process sends it, and dies as the provider says."""
    with store.write() as connection:
        add_house(connection)
        add_case(connection, 1, "ana")
        letter = Letter(
            kind=OutboxKind.REPLY,
            dedupe_key="reply",
            via="soporte",
            recipient=provider.recipient,
            payload={"subject": "Re: Llaves", "text": text, "account": OURS if provider.kind == "twilio" else ""},
            agent="ana",
            conversation_id=1,
            message_id=MESSAGE_ID,
        )
        put_letter(connection, letter, now=datetime.now(UTC))
    address = store.engine.url.render_as_string(hide_password=False)
    argv = [sys.executable, "-m", "tests.delivery.sender_process", address, str(store.blobs)]
    provider.victim = subprocess.Popen([*argv, provider.kind, provider.server], cwd=ROOT)
    try:
        assert provider.victim.wait(timeout=30) == -9
    finally:
        provider.victim.kill()
        provider.victim.wait()
    with store.read() as connection:
        assert connection.scalar(sa.select(outbox.c.state)) == DeliveryState.SENDING


@pytest.mark.fault(12)
@pytest.mark.parametrize(
    ("channel", "copies", "told"),
    [
        (email, [MESSAGE_ID, MESSAGE_ID], ("sent", "sent")),
        (twilio, ["Ya están"], ("sent", "sent")),
        (telegram, ["Ya están"], ("failed", "unknown")),
    ],
)
def test_killed_after_the_provider_took_an_answer_and_before_it_was_written_down(
    sqlite_store: Store, channel: Callable[[], Any], copies: list[str], told: tuple[str, str]
) -> None:
    afterwards = Afterwards(sqlite_store)
    with channel() as provider:
        send_until_killed(sqlite_store, provider, "Ya están")

        state = afterwards.recover(provider)

        assert list(provider.copies()) == copies
    assert state == told[1]
    assert afterwards.told == [told]


@pytest.mark.parametrize(
    ("channel", "copies", "told"),
    [
        (twilio, ["Ya están"], ("sent", "sent")),
        (telegram, [], ("failed", "unknown")),  # nobody can know that it was before
    ],
)
def test_killed_before_the_provider_took_it(
    sqlite_store: Store, channel: Callable[[], Any], copies: list[str], told: tuple[str, str]
) -> None:
    afterwards = Afterwards(sqlite_store)
    with channel() as provider:
        provider.before_taking = True
        send_until_killed(sqlite_store, provider, "Ya están")

        state = afterwards.recover(provider)

        assert list(provider.copies()) == copies
    assert state == told[1]
    assert afterwards.told == [told]


@pytest.mark.fault(12)
def test_killed_between_two_pieces_of_a_long_text_it_is_not_begun_again_unless_a_person_says_so(
    sqlite_store: Store,
) -> None:
    afterwards = Afterwards(sqlite_store)
    with telegram() as provider:
        provider.kills_at = 2
        send_until_killed(sqlite_store, provider, THREE_PIECES)

        assert afterwards.recover(provider) == DeliveryState.UNKNOWN
        assert len(provider.copies()) == 2
        assert afterwards.told == [("failed", "unknown")]

        with sqlite_store.write() as connection:
            assert send_again(connection, [1], now=datetime.now(UTC)) == [1]
        deliverer(sqlite_store, "telegram", provider.server, sent=afterwards.hook("sent")).deliver_these([1])
        assert len(provider.copies()) == 5
    assert afterwards.told[1:] == [("sent", "sent")]
