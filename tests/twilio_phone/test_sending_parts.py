"""Several messages for one answer, files, templates: in order, and never two copies of any of them."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.twilio_phone.reports import report_of
from tests.servers.twilio_api import TwilioServer
from tests.twilio_phone.line import CHAT, CUSTOMER, KEY, OURS, PUBLIC, PhoneLine
from ventanilla.channel import Attachment, Outgoing
from ventanilla.errors import Ambiguous, LoginRefused, Permanent, Temporary, Unwelcome
from ventanilla.media_links import read_token
from ventanilla.words import DeliveryState

LONG = "\n\n".join("Línea de una respuesta larga. " * 20 for _ in range(5))
PHOTO = Attachment(filename="foto 1.jpg", content_type="image/jpeg", content=b"a photo")
BILL = Attachment(filename="factura.pdf", content_type="application/pdf", content=b"a bill")
STATUS = "https://desk.example.com/webhooks/telefono/status"


def answer(text: str = LONG, *, account: str = OURS, **more: Any) -> Outgoing:
    return Outgoing(id=1, recipient=CUSTOMER, text=text, account=account, **more)


def bodies(server: TwilioServer) -> list[str]:
    return [message["asked"].get("Body", "") for message in server.sent()]


def test_a_long_answer_goes_out_in_several_messages_in_order(line: PhoneLine, server: TwilioServer) -> None:
    sent = line.sender().send(answer())

    assert [body[:6] for body in bodies(server)] == ["(1/3) ", "(2/3) ", "(3/3) "]
    assert "".join("".join(body[6:] for body in bodies(server)).split()) == "".join(LONG.split())
    assert sent.external_id == server.sent()[0]["sid"]


def test_by_whatsapp_the_parts_keep_their_order_by_themselves(line: PhoneLine, server: TwilioServer) -> None:
    line.sender().send(answer(account=CHAT))

    assert [body[:5] for body in bodies(server)] == ["Línea"] * 2 + ["Línea"]


def test_what_went_out_before_the_trouble_is_said_and_not_sent_again(line: PhoneLine, server: TwilioServer) -> None:
    server.planned += [(201, {"sid": "SM1"}, {}), (503, {"code": 20503}, {})]
    with pytest.raises(Temporary) as trouble:
        line.sender().send(answer())
    assert trouble.value.parts == ("SM1",)

    sent = line.sender().send(answer(parts=trouble.value.parts))  # by another process

    assert sent.external_id == "SM1"
    assert [body[:6] for body in bodies(server)] == ["(2/3) ", "(3/3) "]


def test_the_same_process_knows_by_itself_where_to_go_on(line: PhoneLine, server: TwilioServer) -> None:
    sender = line.sender()
    server.planned += [(201, {"sid": "SM1"}, {}), (401, {"code": 20003}, {})]
    with pytest.raises(Temporary, match="login") as trouble:
        sender.send(answer())
    assert not isinstance(trouble.value, LoginRefused)

    sender.send(answer())

    assert [body[:6] for body in bodies(server)] == ["(2/3) ", "(3/3) "]


@pytest.mark.fault(12)
def test_a_lost_answer_in_the_middle_is_found_and_the_rest_sent(line: PhoneLine, server: TwilioServer) -> None:
    sender = line.sender()
    server.lost_answers = 1
    with pytest.raises(Ambiguous):
        sender.send(answer())

    assert sender.find(answer()) is None  # not all of it is there
    sender.send(answer())

    assert [body[:6] for body in bodies(server)] == ["(1/3) ", "(2/3) ", "(3/3) "]


def test_after_a_crash_each_part_is_found(line: PhoneLine, server: TwilioServer) -> None:
    line.sender().send(answer())

    found = line.sender().find(answer())

    assert found is not None
    assert found.external_id == server.sent()[0]["sid"]


def test_a_refusal_in_the_middle_says_how_much_the_customer_has(line: PhoneLine, server: TwilioServer) -> None:
    server.refuse_from = (2, 21610)

    with pytest.raises(Unwelcome, match=r"1 of its 3 messages went out, the rest did not: .*opted out"):
        line.sender().send(answer())


def test_a_later_part_that_fails_is_reported_for_the_whole(line: PhoneLine, server: TwilioServer) -> None:
    line.sender(callback=STATUS).send(answer())

    first, second, _ = server.sent()
    assert first["asked"]["StatusCallback"] == STATUS
    assert second["asked"]["StatusCallback"] == f"{STATUS}?of={first['sid']}"
    told = {"MessageSid": second["sid"], "MessageStatus": "undelivered", "ErrorCode": "30003"}
    (report,) = line.called("status", told, query=f"?of={first['sid']}").reports
    assert (report.external_id, report.state) == (first["sid"], DeliveryState.FAILED)
    assert report.reason.startswith("a part of it: the customer's telephone is off")
    arrived = line.called("status", {**told, "MessageStatus": "delivered"}, query=f"?of={first['sid']}")
    assert arrived.reports == ()


# Looking up.


def test_what_something_else_went_out_under_is_not_taken_for_it(line: PhoneLine, server: TwilioServer) -> None:
    line.sender().send(answer("Sí"))
    known = server.sent()[0]["sid"]

    assert line.sender().find(answer("Sí", taken=frozenset({known}))) is None

    line.sender().send(answer("Sí"))
    found = line.sender().find(answer("Sí", taken=frozenset({known})))
    assert found is not None
    assert found.external_id == server.sent()[1]["sid"]


def test_it_is_looked_for_since_it_was_first_tried_however_long_ago(line: PhoneLine, server: TwilioServer) -> None:
    line.sender().send(answer("Sí"))
    then = datetime.now(UTC) - timedelta(hours=30)
    server.sent()[0] |= {"date_created": then.strftime("%a, %d %b %Y %H:%M:%S +0000"), "date_sent": None}

    assert line.sender().find(answer("Sí")) is None
    assert line.sender().find(answer("Sí", tried_at=then + timedelta(minutes=1))) is not None
    assert line.sender().find(answer("Sí", tried_at=then + timedelta(minutes=5))) is None


def test_a_template_is_looked_up_by_its_time_alone(line: PhoneLine, server: TwilioServer) -> None:
    template = answer("", account=CHAT, template="ready", template_values={"1": "Lucía"})
    server.message(f"whatsapp:{CUSTOMER}", CHAT, "Hola")
    assert line.sender().find(template) is None
    line.sender().send(template)
    sid = server.sent()[0]["sid"]

    found = line.sender().find(template)

    assert found is not None
    assert found.external_id == sid
    other = answer("", account=CHAT, template="ready", taken=frozenset({sid}))
    assert line.sender().find(other) is None


def test_a_trial_accounts_own_words_before_the_text_hide_nothing(line: PhoneLine, server: TwilioServer) -> None:
    line.sender().send(answer("Sí"))
    server.sent()[0]["body"] = "Sent from your Twilio trial account - Sí"

    assert line.sender().find(answer("Sí")) is not None


# Files.


def test_a_file_goes_by_mms_at_an_address_that_tells_of_it_alone(line: PhoneLine, server: TwilioServer) -> None:
    line.sender(public=True).send(answer("La foto", attachments=(PHOTO, BILL)))

    (message,) = server.sent()
    assert message["asked"]["Body"] == "La foto"
    photo, bill = message["asked"]["MediaUrl"].split()
    assert photo.startswith(f"{PUBLIC}/media/")
    assert (photo.rpartition("/")[2], bill.rpartition("/")[2]) == ("foto%201.jpg", "factura.pdf")
    known = read_token(KEY, photo.split("/")[-2], now=datetime.now(UTC))
    assert known is not None
    assert (known.sha256, known.content_type) == (PHOTO.sha256, "image/jpeg")


def test_by_whatsapp_each_file_is_a_message_after_the_text(line: PhoneLine, server: TwilioServer) -> None:
    line.sender(public=True).send(answer("Ahí van", account=CHAT, attachments=(PHOTO, BILL)))

    asked = [message["asked"] for message in server.sent()]
    assert [("Body" in one, "MediaUrl" in one) for one in asked] == [(True, False), (False, True), (False, True)]
    assert line.sender(public=True).find(answer("Ahí van", account=CHAT, attachments=(PHOTO, BILL))) is not None


def test_a_number_without_mms_sends_the_files_address_in_the_text(line: PhoneLine, server: TwilioServer) -> None:
    server.lists["numbers"].clear()
    server.number(OURS, can=("sms", "voice"))
    letter = answer("La factura", attachments=(BILL,))

    line.sender(public=True).send(letter)

    (message,) = server.sent()
    assert "MediaUrl" not in message["asked"]
    text, _, link = message["asked"]["Body"].partition("\n\n")
    assert text == "La factura"
    assert link.startswith(f"{PUBLIC}/media/")
    assert line.sender(public=True).find(letter) is not None


@pytest.mark.parametrize(
    ("files", "account", "words"),
    [
        ((Attachment(filename="a", content_type="video/mp4", content=bytes(5_100_000)),), OURS, "an MMS have together"),
        ((Attachment(filename="a", content_type="video/mp4", content=bytes(16_100_000)),), CHAT, "at most 16 MB"),
        ((PHOTO,) * 11, CHAT, "there are 11 files; at most 10"),
    ],
)
def test_files_that_twilio_does_not_take_are_refused(
    line: PhoneLine, server: TwilioServer, files: tuple[Attachment, ...], account: str, words: str
) -> None:
    with pytest.raises(Permanent, match=words):
        line.sender(public=True).send(answer("x", account=account, attachments=files))

    assert server.sent() == []


# Patience.


def test_an_answer_that_trickles_is_given_up(line: PhoneLine, server: TwilioServer) -> None:
    server.trickles = 1
    begun = time.monotonic()

    with pytest.raises(Ambiguous):
        line.sender(seconds=0.4).send(answer("Sí"))

    assert time.monotonic() - begun < 20
    assert line.sender().find(answer("Sí")) is not None


def test_a_file_that_trickles_is_given_up(line: PhoneLine, server: TwilioServer) -> None:
    sid = server.message(CUSTOMER, OURS, "", media=[b"a photo"])
    server.media_trickles = True

    with pytest.raises(Temporary, match=r"did not come within 0\.5 s"):
        line.fetcher(seconds=0.5).fetch({"message": sid, "number": 0})


@pytest.mark.parametrize(("code", "words"), [(30003, "off, out of reach"), (30006, "landline"), (63024, "no WhatsApp")])
def test_what_the_api_shows_of_a_message_is_a_report_too(code: int, words: str) -> None:
    report = report_of({"sid": "SM1", "status": "undelivered", "error_code": code})

    assert report is not None
    assert (report.external_id, report.state) == ("SM1", DeliveryState.FAILED)
    assert words in report.reason
