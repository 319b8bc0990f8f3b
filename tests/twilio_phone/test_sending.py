"""Sending: from the number that was written to, refusals in plain words, what may have gone out looked up first."""

from __future__ import annotations

import json
import ssl

import pytest

from connectors.twilio_phone.troubles import unreachable
from tests.servers.twilio_api import TwilioServer
from tests.twilio_phone.line import CHAT, CUSTOMER, OURS, PhoneLine
from ventanilla.channel import Attachment, Outgoing
from ventanilla.errors import Ambiguous, LoginRefused, Permanent, Temporary, Unwelcome


def letter(text: str = "Su pedido está listo", *, number: int = 1, account: str = OURS, to: str = CUSTOMER) -> Outgoing:
    return Outgoing(id=number, recipient=to, text=text, account=account)


def test_an_sms_goes_out_from_the_number_that_was_written_to(line: PhoneLine, server: TwilioServer) -> None:
    sent = line.sender(callback="https://desk.example.com/webhooks/telefono/status").send(letter())

    (message,) = server.sent()
    assert sent.external_id == message["sid"]
    assert message["asked"] == {
        "From": OURS,
        "To": CUSTOMER,
        "Body": "Su pedido está listo",
        "StatusCallback": "https://desk.example.com/webhooks/telefono/status",
    }


def test_without_a_public_address_twilio_is_told_to_call_nobody(line: PhoneLine, server: TwilioServer) -> None:
    line.sender().send(letter())

    assert "StatusCallback" not in server.sent()[0]["asked"]


def test_whatsapp_is_answered_by_whatsapp(line: PhoneLine, server: TwilioServer) -> None:
    line.sender().send(letter(account=CHAT))

    assert (server.sent()[0]["from"], server.sent()[0]["to"]) == (CHAT, f"whatsapp:{CUSTOMER}")


def test_where_no_number_is_named_the_first_sends(line: PhoneLine, server: TwilioServer) -> None:
    line.sender().send(letter(account=""))

    assert server.sent()[0]["from"] == OURS


def test_a_template_goes_out_with_its_values(line: PhoneLine, server: TwilioServer) -> None:
    line.sender().send(
        Outgoing(id=1, recipient=CUSTOMER, account=CHAT, template="ready", template_values={"1": "Lucía"})
    )

    asked = server.sent()[0]["asked"]
    assert asked["ContentSid"] == "HX1"
    assert json.loads(asked["ContentVariables"]) == {"1": "Lucía"}
    assert "Body" not in asked


@pytest.mark.parametrize(
    ("outgoing", "words"),
    [
        (letter(account="+34910000099"), "no longer a number of this channel"),
        (letter(to="ca" + "2" * 32), "no number to write to"),
        (letter(to="25252"), "no number to write to"),
        (letter("x" * 17_000), "17,000 characters long (112 SMS parts); at most 10 messages of 1,600"),
        (letter(" \n"), "no text"),
        (Outgoing(id=1, recipient=CUSTOMER, text="x", account=CHAT, template="none"), 'no template "none"'),
        (Outgoing(id=1, recipient=CUSTOMER, text="x", edits="SM1"), "cannot be changed"),
        (
            Outgoing(
                id=1,
                recipient=CUSTOMER,
                text="x",
                attachments=(Attachment(filename="a.pdf", content_type="application/pdf", content=b"x"),),
            ),
            "files cannot be sent by SMS or WhatsApp without service.public_url",
        ),
    ],
)
def test_what_can_never_go_out_is_refused_before_twilio_is_asked(
    line: PhoneLine, server: TwilioServer, outgoing: Outgoing, words: str
) -> None:
    with pytest.raises(Permanent) as refusal:
        line.sender().send(outgoing)

    assert words in str(refusal.value)
    assert server.asked == []


def test_somebody_who_opted_out_is_never_written_to(line: PhoneLine, server: TwilioServer) -> None:
    server.opted_out.add(CUSTOMER)

    with pytest.raises(Unwelcome, match="opted out") as refusal:
        line.sender().send(letter())

    assert "21610" in str(refusal.value)
    assert "START" in refusal.value.cure


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, 21211, Permanent),
        (400, 21614, Permanent),
        (400, 63016, Permanent),
        (400, 99999, Permanent),
        (429, 20429, Temporary),
        (400, 14107, Temporary),
        (503, 20503, Temporary),
        (401, 20003, LoginRefused),
        (403, 20005, LoginRefused),
        (400, 30002, LoginRefused),
    ],
)
def test_twilios_refusals_are_told_apart(
    line: PhoneLine, server: TwilioServer, status: int, code: int, error: type[Exception]
) -> None:
    server.planned.append((status, {"code": code, "message": f"about {CUSTOMER}"}, {}))

    with pytest.raises(error) as refusal:
        line.sender().send(letter())

    assert type(refusal.value) is error
    assert CUSTOMER not in str(refusal.value)
    assert str(code) in str(refusal.value)


def test_outside_of_whatsapps_window_the_cure_is_a_template(line: PhoneLine, server: TwilioServer) -> None:
    server.planned.append((400, {"code": 63016}, {}))

    with pytest.raises(Permanent) as refusal:
        line.sender().send(letter(account=CHAT))

    assert "24 hours" in str(refusal.value)
    assert "template" in refusal.value.cure


def test_a_server_that_is_not_there_took_nothing(line: PhoneLine, server: TwilioServer) -> None:
    server.stop()

    with pytest.raises(Temporary) as trouble:
        line.sender().send(letter())

    assert not isinstance(trouble.value, Ambiguous)


@pytest.mark.fault(12)
def test_a_lost_answer_is_ambiguous_and_found_instead_of_sent_twice(line: PhoneLine, server: TwilioServer) -> None:
    sender = line.sender()
    server.lost_answers = 1
    with pytest.raises(Ambiguous):
        sender.send(letter())

    found = sender.find(letter())

    assert found is not None
    assert [message["sid"] for message in server.sent()] == [found.external_id]


@pytest.mark.fault(12)
def test_after_a_crash_it_is_found_too(line: PhoneLine, server: TwilioServer) -> None:
    server.lost_answers = 1
    with pytest.raises(Ambiguous):
        line.sender().send(letter())

    assert line.sender().find(letter()) is not None


def test_another_text_or_an_older_one_is_not_taken_for_it(line: PhoneLine, server: TwilioServer) -> None:
    line.sender().send(letter("Hecho"))
    server.sent()[0]["date_created"] = "Fri, 20 Nov 2020 09:30:00 +0000"
    line.sender().send(letter("Otra cosa"))
    server.message(CUSTOMER, OURS, "Hecho")

    assert line.sender().find(letter("Hecho")) is None


def test_one_that_failed_at_twilio_is_not_taken_for_sent(line: PhoneLine, server: TwilioServer) -> None:
    line.sender().send(letter())
    server.sent()[0]["status"] = "failed"

    assert line.sender().find(letter()) is None


def test_an_answer_that_never_comes_is_ambiguous(line: PhoneLine, server: TwilioServer) -> None:
    server.silent_posts = 1

    with pytest.raises(Ambiguous, match="in time"):
        line.sender(seconds=0.2).send(letter())


@pytest.mark.parametrize(
    ("error", "wrote", "kind"),
    [
        (ssl.SSLError("DECRYPTION_FAILED_OR_BAD_RECORD_MAC"), True, Ambiguous),
        (ssl.SSLError("handshake failure"), False, Temporary),
        (ssl.SSLCertVerificationError("expired"), True, Temporary),
    ],
)
def test_only_what_surely_never_left_is_sent_again_without_a_look(error: Exception, wrote: bool, kind: type) -> None:
    assert type(unreachable(error, host="api.example", wrote=wrote)) is kind
