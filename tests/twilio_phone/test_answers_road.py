"""The road back by telephone, on a server of Twilio's API: what people answer goes out, waits, fails and is called, and the case
shows it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from cli.assembly import Service
from cli.desk_parts import build_webhooks
from cli.followings import followings
from cli.staffing import deliverer
from config.load import Loaded, load_config
from connectors.deliver import Deliverer
from connectors.registry import Place, kind
from router.moves.base import begin, find_case
from router.moves.reply import Answer, Written, write_reply
from router.service import route_item
from tests.router.house_for_tests import House
from tests.servers.twilio_api import ACCOUNT, TwilioServer
from ventanilla.channel import Attachment, Source
from ventanilla.store.blobs import put_blob
from ventanilla.store.engine import Store
from ventanilla.store.inbox import commit_batch, read_checkpoint
from ventanilla.store.tables import conversations, messages, outbox
from ventanilla.words import DeliveryState, Direction, OutboxKind, Side

PUBLIC = "https://desk.example.com"
NUMBER, CHAT, LUCIA = "+34910000000", "whatsapp:+34910000001", "+34600111222"
PHONE = """
[channels.telefono]
kind = "twilio"
mode = "live"
team = "atencion"
account_sid = "{account}"
auth_token = {{ file = "{token}" }}
numbers = ["+34910000000"]
whatsapp = ["+34910000001"]
templates = {{ answer_ready = "HX00000000000000000000000000000001" }}
acknowledge = {{ enabled = false }}
calls = true
api_url = "{url}"
"""


class PhoneHouse(House):
    """The house with telephone numbers on a server; its clock goes as far ahead of the world's as `ahead` says."""

    def __init__(self, store: Store, folder: Path, server: TwilioServer, *, public: bool = False) -> None:
        self.server = server
        self.ahead = timedelta(0)
        (folder / "token").write_text(server.token)
        (folder / "token").chmod(0o600)
        phone = PHONE.format(account=ACCOUNT, token=folder / "token", url=server.url)
        settings = {"more": phone, "staff": 'undo_send = "0s"\nnotify_when = "always"'}
        self.public = public
        super().__init__(store, folder, settings, now=datetime.now(UTC))

    def load(self) -> Loaded:
        loaded = super().load()
        if not self.public:
            return loaded
        path = self.folder / "ventanilla.toml"
        path.write_text(path.read_text().replace("[staff]", f'public_url = "{PUBLIC}"\n\n[staff]', 1))
        return load_config(path, today=self.now.date())

    @property
    def service(self) -> Service:
        return Service(loaded=self.loaded, store=self.store, house=self.router.house)

    def clock(self) -> datetime:
        self.now = datetime.now(UTC) + self.ahead
        return self.now

    def sources(self) -> list[Source]:
        config = self.loaded.config
        house = self.router.house
        place = Place(
            name="telefono", config=config, installation=house.installation, since=self.now - timedelta(days=2)
        )
        return list(kind("twilio").sources(config.channels["telefono"], place))

    def pull(self) -> list[Any]:
        """Everything that Twilio has by now, routed; what became of each."""
        outcomes = []
        for source in self.sources():
            for batch in source.pull(read_checkpoint(self.store, source.name), now=self.clock()):
                for row_id in commit_batch(self.store, "telefono", batch, lease=None, now=self.clock()):
                    outcomes.append(route_item(self.router, row_id))
            source.close()
        return outcomes

    def answer(self, text: str, **more: Any) -> Written:
        case = self.case
        now = self.clock()
        with self.store.write() as connection:
            move = begin(connection, self.router.house, case.owner, Side.COMMAND, now=now)
            written = write_reply(move, find_case(move, case.key), Answer(text=text, **more))
            move.journal.flush(connection)
        return written

    def deliver(self) -> None:
        """What is due goes out."""
        made: Deliverer = deliverer(self.service, threading.Event())
        made.clock = self.clock
        made.deliver_due()
        for sender in made._open.values():
            sender.close()

    @property
    def case(self) -> sa.Row[Any]:
        return self.rows(conversations)[-1]

    def letter(self, written: Written) -> sa.Row[Any]:
        return self.rows(outbox, lambda table: table.c.id == written.outbox_id)[0]

    def bodies(self) -> list[str]:
        return [str(message["body"]) for message in self.server.sent()]


@pytest.fixture
def server() -> Iterator[TwilioServer]:
    with TwilioServer() as started:
        started.number(NUMBER)
        yield started


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path, server: TwilioServer) -> PhoneHouse:
    return PhoneHouse(sqlite_store, tmp_path, server)


def test_an_answer_by_sms_goes_out_once_and_ends_the_customers_wait(house: PhoneHouse, server: TwilioServer) -> None:
    server.message(LUCIA, NUMBER, "¿Está listo?")
    house.pull()
    written = house.answer("Sí, ya puede venir")

    house.deliver()
    house.deliver()

    (message,) = server.sent()
    assert (message["from"], message["to"], message["body"]) == (NUMBER, LUCIA, "Sí, ya puede venir")
    assert house.letter(written).external_id == message["sid"]
    assert house.case.waiting_since is None
    assert house.case.first_response_at is not None


def test_what_comes_too_late_for_whatsapp_waits_and_goes_out_in_order_when_they_write(
    house: PhoneHouse, server: TwilioServer
) -> None:
    server.message(f"whatsapp:{LUCIA}", CHAT, "¿Está listo?")
    house.pull()
    house.ahead = timedelta(hours=25)
    one, two = house.answer("Sí"), house.answer("Y traiga el recibo")
    house.deliver()
    assert house.bodies() == ["template HX00000000000000000000000000000001"]
    assert house.case.waiting_since is not None
    house.ahead = timedelta(hours=26)

    server.message(f"whatsapp:{LUCIA}", CHAT, "Dígame", at=datetime.now(UTC) + house.ahead)
    house.pull()
    house.deliver()
    house.ahead += timedelta(minutes=1)
    house.deliver()

    assert house.bodies()[1:] == ["Sí", "Y traiga el recibo"]
    assert [house.letter(each).state for each in (one, two)] == [DeliveryState.SENT] * 2
    answers = house.rows(messages, lambda table: table.c.direction == Direction.OUT)
    assert all(each.replied_at is not None for each in answers)
    assert sum(each.turn_since is not None for each in answers) == 1
    assert house.case.first_response_at is not None


def test_what_whatsapp_refuses_later_waits_and_the_customer_waits_on(house: PhoneHouse, server: TwilioServer) -> None:
    server.message(f"whatsapp:{LUCIA}", CHAT, "¿Está listo?")
    house.pull()
    since = house.case.waiting_since
    written = house.answer("Sí")
    house.deliver()
    assert house.case.waiting_since is None
    server.sent()[0] |= {"status": "undelivered", "error_code": 63016}
    house.ahead = timedelta(minutes=2)

    (following,) = followings(house.service, threading.Event())
    following.clock = house.clock
    following.follow_due()
    house.deliver()

    assert house.letter(written).state == DeliveryState.HELD
    assert house.case.waiting_since == since
    assert house.bodies()[-1].startswith("template HX")
    server.message(f"whatsapp:{LUCIA}", CHAT, "Hola", at=datetime.now(UTC) + house.ahead)
    house.pull()
    house.deliver()
    assert house.bodies().count("Sí") == 2  # the first never arrived
    assert house.letter(written).state == DeliveryState.SENT


def test_a_later_failure_is_known_and_told_and_opens_the_turn_again(house: PhoneHouse, server: TwilioServer) -> None:
    server.message(LUCIA, NUMBER, "¿Está listo?")
    house.pull()
    written = house.answer("Sí")
    house.deliver()
    server.sent()[0] |= {"status": "undelivered", "error_code": 30003}
    house.ahead = timedelta(minutes=2)

    (following,) = followings(house.service, threading.Event())
    following.clock = house.clock
    following.follow_due()

    row = house.letter(written)
    assert row.state == DeliveryState.FAILED
    assert "the customer's telephone is off, out of reach or takes no SMS (Twilio 30003)" in row.reason
    assert house.case.waiting_since is not None
    assert [
        each for each in house.rows(outbox) if each.kind == OutboxKind.ALERT and "Twilio 30003" in each.payload["text"]
    ]


def test_the_same_failure_by_a_status_callback(sqlite_store: Store, tmp_path: Path, server: TwilioServer) -> None:
    house = PhoneHouse(sqlite_store, tmp_path, server, public=True)
    server.message(LUCIA, NUMBER, "¿Está listo?")
    house.pull()
    written = house.answer("Sí")
    house.deliver()
    (message,) = server.sent()
    callback = message["asked"]["StatusCallback"]
    assert callback == f"{PUBLIC}/webhooks/telefono/status"

    webhooks = build_webhooks(house.service)
    hook = webhooks.find("telefono", "status")
    assert hook is not None
    told = {"MessageSid": message["sid"], "MessageStatus": "undelivered", "ErrorCode": "30007"}
    taken = webhooks.take("telefono", hook, server.signed(callback, told))

    assert taken.status == 200
    assert house.letter(written).state == DeliveryState.FAILED
    assert "an operator took the message for spam" in house.letter(written).reason
    assert house.case.waiting_since is not None


def test_a_file_goes_along_at_an_address_of_ours(sqlite_store: Store, tmp_path: Path, server: TwilioServer) -> None:
    house = PhoneHouse(sqlite_store, tmp_path, server, public=True)
    server.message(LUCIA, NUMBER, "¿Me manda la factura?")
    house.pull()
    bill = Attachment(filename="factura.pdf", content_type="application/pdf", content=b"%PDF a bill")

    house.answer("Aquí está", files=[(bill, put_blob(house.store.blobs, bill.content))])
    house.deliver()

    (message,) = server.sent()
    assert message["asked"]["Body"] == "Aquí está"
    assert message["asked"]["MediaUrl"].startswith(f"{PUBLIC}/media/")
    assert message["asked"]["MediaUrl"].endswith("/factura.pdf")


def test_a_long_answer_that_breaks_off_goes_on_where_it_was(house: PhoneHouse, server: TwilioServer) -> None:
    server.message(LUCIA, NUMBER, "¿Cómo se monta?")
    house.pull()
    written = house.answer("\n\n".join("Paso a paso, con cuidado. " * 25 for _ in range(5)))
    server.planned.append((201, {"sid": "SM" + "1" * 32}, {}))
    server.planned.append((503, {"code": 20503}, {}))
    house.deliver()
    assert house.letter(written).parts == ["SM" + "1" * 32]
    house.ahead = timedelta(minutes=1)

    house.deliver()  # by another process

    assert [body[:6] for body in house.bodies()] == ["(2/3) ", "(3/3) "]
    assert house.letter(written).state == DeliveryState.SENT
    assert house.letter(written).external_id == "SM" + "1" * 32


def test_a_call_that_reached_the_customer_ends_their_wait_and_a_missed_one_does_not(
    house: PhoneHouse, server: TwilioServer
) -> None:
    server.message(LUCIA, NUMBER, "Llámenme, por favor", at=datetime.now(UTC) - timedelta(minutes=30))
    house.pull()
    made = {"direction": "outbound-api"}
    server.call(NUMBER, LUCIA, "no-answer", at=datetime.now(UTC) - timedelta(minutes=20), changed=made)
    house.pull()
    assert house.case.waiting_since is not None

    server.call(NUMBER, LUCIA, "completed", seconds=90, at=datetime.now(UTC) - timedelta(minutes=10), changed=made)
    house.pull()

    assert house.case.waiting_since is None
    calls = house.rows(messages, lambda table: table.c.direction == Direction.OUT)
    assert [each.outcome for each in calls] == ["no_answer", "reached"]
    assert {each.side for each in calls} == {Side.PROVIDER}
    assert len(house.rows(conversations)) == 1


def test_a_call_to_somebody_who_has_no_case_opens_none(house: PhoneHouse, server: TwilioServer) -> None:
    server.call(NUMBER, "+34600999888", "completed", seconds=90, changed={"direction": "outbound-api"})

    house.pull()

    assert house.rows(conversations) == []
