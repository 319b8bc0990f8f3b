"""Notices by Telegram on a real Bot API server: one a turn, kept true in place, with recordings; and where else they go."""

from __future__ import annotations

import email
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import policy
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from cli.staffing import note_welcome
from config.secrets import Secret
from config.servers import SmtpServer as Settings
from connectors.deliver import Deliverer, still_theirs
from connectors.imap_email.sender import SmtpSender
from connectors.telegram_chat.api import BotApi
from connectors.telegram_chat.pacing import BotPace
from connectors.telegram_chat.sender import TelegramSender
from router.assigning.line import leave_agent
from router.bounces import tell_of_failure
from router.notices.writing import write_alert
from router.reading import Readers
from router.service import Router
from tests.faults.audited import audited
from tests.router.house_for_tests import mail
from tests.router.staff_house import ANA, LUIS, MARTA, STAFF, StaffHouse
from tests.servers.smtp import SmtpServer
from tests.servers.telegram_api import TelegramApi
from ventanilla.channel import Message, Outgoing, Party, RemoteFile, Sent
from ventanilla.errors import Ambiguous
from ventanilla.pace import LocalLimiter
from ventanilla.store.blobs import put_blob
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.files import claim_file, due_files, finish_file
from ventanilla.store.tables import agents, outbox
from ventanilla.words import STAFF_TELEGRAM, AddressKind, DeliveryState, OutboxKind

SPOKEN = b"ID3 sound"


@dataclass
class Post:
    """The house with everything that its notices go through."""

    house: StaffHouse
    api: TelegramApi
    smtp: SmtpServer
    delivery: Deliverer

    def deliver(self, **later: float) -> None:
        """After so much time, everything that is due goes out."""
        self.house.later(**later)
        self.delivery.deliver_due()

    def texts(self, method: str) -> list[str]:
        """What was said by this method, in order."""
        return [str(fields.get("text") or fields.get("caption", "")) for fields in self.api.bot.called(method)]

    def rows(self, kind: OutboxKind) -> list[sa.Row[Any]]:
        return self.house.rows(outbox, lambda t: t.c.kind == kind)

    def check_books(self) -> None:
        assert audited(self.house.store, now=self.house.now)


@contextmanager
def post_of(house: StaffHouse) -> Iterator[Post]:
    with TelegramApi() as api, SmtpServer() as smtp:
        api.bot.chats |= {ANA, LUIS}
        mailer = SmtpSender(
            Settings(host=smtp.host, port=smtp.port, security="none"), None, address="soporte@example.com"
        )
        pace = BotPace(LocalLimiter(lambda: house.now.timestamp()))
        bot = TelegramSender(BotApi(Secret(literal=api.token), api.url), pace)
        delivery = Deliverer(
            store=house.store,
            senders={"soporte": lambda: mailer, STAFF_TELEGRAM: lambda: bot},
            still_wanted=still_theirs,
            failed=lambda connection, row, journal: tell_of_failure(connection, house.router.house, row, journal),
            tell_trouble=lambda *_: None,
            clock=lambda: house.now,
            welcome=note_welcome,
        )
        yield Post(house, api, smtp, delivery)
        mailer.close()
        bot.close()


@contextmanager
def told_house(store: Store, folder: Path) -> Iterator[Post]:
    """Ana is linked and has read the bot's greeting."""
    house = StaffHouse(store, folder)
    house.apply(channel="acknowledge = { enabled = false }")
    house.link("ana", ANA)
    with post_of(house) as made:
        made.deliver(seconds=1)
        made.api.bot.calls.clear()
        yield made


@pytest.fixture
def post(sqlite_store: Store, tmp_path: Path) -> Iterator[Post]:
    with told_house(sqlite_store, tmp_path) as made:
        yield made


@pytest.fixture
def either_post(store: Store, tmp_path: Path) -> Iterator[Post]:
    """Once on each engine."""
    with told_house(store, tmp_path) as made:
        yield made


def again(number: int, text: str) -> bytes:
    """One more mail in the case that <1@x> opened."""
    return mail(text=text, subject="Re: pedido", message_id=f"<{number}@x>", headers={"In-Reply-To": "<1@x>"})


def first(text: str = "¿Cuándo llega mi pedido?") -> bytes:
    return mail(text=text, subject="Pedido", message_id="<1@x>")


def hear_calls(house: StaffHouse) -> None:
    """From now on the channel's items are JSON: calls with a recording that lies at the provider."""

    def read(raw: bytes) -> Message:
        told = json.loads(raw)
        file = RemoteFile(filename="voz.mp3", content_type="audio/mpeg", ref={"sid": told["id"]})
        caller = Party(address="+34600000001", name="Eva", kind=AddressKind.PHONE)
        return Message(
            author=caller,
            customer=caller,
            external_id=told["id"],
            account="+34910000000",
            conversational=True,
            medium=told.get("medium", "voicemail"),
            files=() if "medium" in told else (file,),
        )

    by_channel = {**house.router.readers.by_channel, "soporte": read}
    readers = Readers(by_channel, house.router.readers.trials)
    house.router = Router(store=house.store, house=house.router.house, readers=readers, clock=lambda: house.now)


def fetch(house: StaffHouse) -> None:
    """The file job has got what lay at the provider."""
    for due in due_files(house.store, "soporte", now=house.now):
        row = claim_file(house.store, due.id, by="test", now=house.now)
        assert row is not None
        digest = put_blob(house.store.blobs, SPOKEN)
        named = {"filename": "voz.mp3", "content_type": "audio/mpeg"}
        assert finish_file(house.store, row, sha256=digest, size=len(SPOKEN), now=house.now, **named)


def call(number: int) -> bytes:
    return json.dumps({"id": f"CA{number}"}).encode()


def hand_over_from_ana(house: StaffHouse) -> None:
    """Everything of hers goes to whoever is there."""
    journal = Journal(now=house.now, actor="test")
    with house.store.write() as connection:
        connection.execute(sa.update(agents).where(agents.c.name == "ana").values(on_duty=False))
        leave_agent(connection, house.router.house, "ana", "owner_off_duty", journal)
        journal.flush(connection)


def test_a_turn_is_one_message_on_the_phone_rewritten_at_most_every_ten_seconds(either_post: Post) -> None:
    post = either_post
    post.house.receive(first())
    post.deliver(seconds=1)
    assert len(post.texts("sendMessage")) == 1
    assert "> ¿Cuándo llega mi pedido?" in post.texts("sendMessage")[0]

    for number in range(2, 5):
        post.house.receive(again(number, f"mensaje {number}"))
        post.deliver(seconds=1)
    assert post.texts("editMessageText") == []

    post.deliver(seconds=10)
    (edited,) = post.texts("editMessageText")
    assert "Mensajes: 4. El último:\n> mensaje 4" in edited

    post.house.receive(again(5, "mensaje 5"))
    post.deliver(seconds=3)
    assert len(post.texts("editMessageText")) == 1
    post.deliver(seconds=8)

    assert "Mensajes: 5" in post.texts("editMessageText")[1]
    numbers = {fields["message_id"] for fields in post.api.bot.called("editMessageText")}
    assert len(numbers) == 1
    assert len(post.texts("sendMessage")) == 1
    assert len(post.rows(OutboxKind.NOTICE)) == 1
    post.check_books()


def test_what_comes_before_the_notice_went_out_is_in_it_from_the_start(post: Post) -> None:
    for raw in (first(), again(2, "otra cosa")):
        post.house.receive(raw)

    post.deliver(seconds=1)

    assert "Mensajes: 2. El último:\n> otra cosa" in post.texts("sendMessage")[0]
    post.deliver(minutes=5)
    assert post.texts("editMessageText") == []


def test_a_notice_by_mail_is_not_repeated(post: Post) -> None:
    post.house.say(ANA, "/casos")
    post.house.happens(ANA, "kicked")
    post.house.receive(first())
    for number in range(2, 5):
        post.house.receive(again(number, "más"))

    post.deliver(seconds=30)

    assert [taken.recipients for taken in post.smtp.taken] == [("ana@example.com",)]


def test_whoever_blocked_the_bot_is_told_the_next_way_and_marked(post: Post) -> None:
    post.api.bot.blocked.add(ANA)
    post.house.receive(first())

    post.deliver(seconds=1)
    post.deliver(seconds=1)

    assert [taken.recipients for taken in post.smtp.taken] == [("ana@example.com",)]
    assert post.house.agent("ana").telegram_refused_at is not None
    assert [row.state for row in post.rows(OutboxKind.NOTICE)] == [DeliveryState.FAILED, DeliveryState.SENT]
    post.house.say(ANA, "/casos")
    assert post.house.agent("ana").telegram_refused_at is None
    post.check_books()


def test_the_former_owners_message_says_who_has_the_case_now(post: Post) -> None:
    post.house.receive(first())
    post.deliver(seconds=1)

    hand_over_from_ana(post.house)
    post.deliver(seconds=11)

    (edited,) = post.texts("editMessageText")
    assert edited.endswith("De este caso responde ahora Luis.")
    assert "pedido" not in edited
    post.check_books()


@pytest.mark.parametrize(("priority", "rings"), [("normal", False), ("urgent", True)])
def test_off_duty_only_what_is_urgent_rings(post: Post, priority: str, rings: bool) -> None:
    rule = f'[[rules]]\nwhen = {{ channel = "soporte" }}\nthen = {{ priority = "{priority}" }}\n'
    off = 'calendar = "tardes"'
    post.house.apply(staff='notify_when = "always"', ana=off, luis=off, marta=off, more=STAFF["more"] + rule)
    post.house.link("marta", MARTA)
    post.api.bot.chats.add(MARTA)
    post.house.receive(first())

    post.deliver(seconds=1)

    (fields,) = [each for each in post.api.bot.called("sendMessage") if "Pedido" in each["text"]]
    assert ("disable_notification" not in fields) is rings


def test_a_recording_is_in_the_notice_and_waiting_for_it_is_no_failed_attempt(post: Post) -> None:
    hear_calls(post.house)
    post.house.receive(call(1))
    for _ in range(5):
        post.deliver(seconds=3)
    assert post.api.bot.calls == []

    fetch(post.house)
    post.deliver(seconds=3)

    (fields,) = post.api.bot.called("sendAudio")
    assert fields["audio"].content == SPOKEN
    assert "(mensaje de voz)" in fields["caption"]
    (notice,) = post.rows(OutboxKind.NOTICE)
    assert (notice.state, notice.attempts) == (DeliveryState.SENT, 1)


def test_a_recording_that_takes_too_long_follows_the_notice_as_an_answer_to_it(either_post: Post) -> None:
    post = either_post
    hear_calls(post.house)
    post.house.receive(call(1))

    post.deliver(minutes=2, seconds=1)
    assert "La grabación aún no se puede descargar" in post.texts("sendMessage")[0]
    post.deliver(minutes=1)
    fetch(post.house)
    post.deliver(minutes=2)

    (fields,) = post.api.bot.called("sendAudio")
    ((_, number),) = [
        key for key, sent in post.api.bot.sent.items() if "text" in sent and "grabación aún" in sent["text"]
    ]
    assert fields["reply_parameters"]["message_id"] == number
    post.deliver(minutes=10)
    assert len(post.api.bot.called("sendAudio")) == 1


def test_a_second_recording_of_the_same_turn_follows_the_first(post: Post) -> None:
    hear_calls(post.house)
    post.house.receive(call(1))
    fetch(post.house)
    post.deliver(seconds=3)

    post.house.receive(call(2))
    fetch(post.house)
    post.deliver(seconds=12)

    assert len(post.api.bot.called("sendAudio")) == 2
    assert any("Mensajes: 2" in text for text in post.texts("editMessageCaption"))


def test_by_mail_a_recording_is_an_attachment(post: Post) -> None:
    post.house.apply(notify='"email"')
    hear_calls(post.house)
    post.house.receive(call(1))
    fetch(post.house)

    post.deliver(seconds=3)

    (taken,) = post.smtp.taken
    read = email.message_from_bytes(taken.raw, policy=policy.default)
    assert [part.get_content() for part in read.iter_attachments()] == [SPOKEN]


def test_a_recording_that_comes_after_the_mail_follows_it_in_its_thread(post: Post) -> None:
    post.house.apply(notify='"email"')
    hear_calls(post.house)
    post.house.receive(json.dumps({"id": "CA1", "medium": "call"}).encode())
    post.deliver(seconds=3)

    post.house.receive(call(2))
    post.deliver(minutes=5)
    assert len(post.smtp.taken) == 1
    fetch(post.house)
    post.deliver(minutes=2)

    notice, recording = (email.message_from_bytes(taken.raw, policy=policy.default) for taken in post.smtp.taken)
    assert recording["In-Reply-To"] == notice["Message-ID"]
    assert [part.get_content() for part in recording.iter_attachments()] == [SPOKEN]


def test_a_recording_for_somebody_who_no_longer_has_the_case_is_not_sent(post: Post) -> None:
    hear_calls(post.house)
    post.house.receive(call(1))
    post.deliver(minutes=3)

    hand_over_from_ana(post.house)
    fetch(post.house)
    post.deliver(minutes=2)

    assert post.api.bot.called("sendAudio") == []
    assert [row.agent for row in post.rows(OutboxKind.NOTICE)] == ["ana", "luis"]


def test_nobody_is_told_about_a_channel_that_only_observes(post: Post) -> None:
    post.house.apply(mode="observe")

    post.house.receive(first())
    post.deliver(seconds=1)

    assert post.api.bot.calls == []
    assert [row.state for row in post.rows(OutboxKind.NOTICE)] == [DeliveryState.DROPPED]


def test_an_alert_that_the_bot_cannot_bring_goes_the_next_way(post: Post) -> None:
    post.api.bot.blocked.add(ANA)
    with post.house.store.write() as connection:
        house, now = post.house.router.house, post.house.now
        write_alert(connection, house, to=["ana"], occasion="x", subject="canal parado", body="Mire.", now=now)

    post.deliver(seconds=1)
    post.deliver(seconds=1)

    (taken,) = post.smtp.taken
    assert b"canal parado" in taken.raw


class Deaf:
    """A sender whose provider never says whether it took anything."""

    def __init__(self, *, repeats: bool, found: str | None = None) -> None:
        self.repeats = repeats
        self._found = found
        self.sent = 0

    def send(self, outgoing: Outgoing) -> Sent:
        self.sent += 1
        raise Ambiguous("no answer")

    def find(self, outgoing: Outgoing) -> Sent | None:
        return Sent(external_id=self._found) if self._found else None

    def close(self) -> None:
        pass


@pytest.mark.fault(12)
@pytest.mark.parametrize(
    ("sender", "state", "times"),
    [
        (Deaf(repeats=False), DeliveryState.UNKNOWN, 1),
        (Deaf(repeats=True, found="SM1"), DeliveryState.SENT, 1),
        (Deaf(repeats=True), DeliveryState.PENDING, 3),
    ],
)
def test_what_a_customer_may_have_got_is_looked_up_before_it_is_sent_again(
    post: Post, sender: Deaf, state: DeliveryState, times: int
) -> None:
    post.house.apply(channel="", notify='"telegram"')
    post.delivery.senders = {**post.delivery.senders, "soporte": lambda: sender}
    post.house.receive(first())

    for _ in range(3):
        post.deliver(minutes=10)

    (receipt,) = post.rows(OutboxKind.ACKNOWLEDGEMENT)
    assert (receipt.state, sender.sent) == (state, times)
