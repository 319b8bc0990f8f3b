"""What Twilio calls us for is believed only under its signature; then it is the same item as polling would find."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from config.secrets import Secret
from config.twilio import Voicemail
from tests.servers.twilio_api import TwilioServer, signature
from tests.twilio_phone.line import CHAT, CUSTOMER, OURS, PUBLIC, PhoneLine
from ventanilla.channel import HookAnswer, HookRequest
from ventanilla.words import DeliveryState

MESSAGE = {
    "MessageSid": "SM" + "1" * 32,
    "From": CUSTOMER,
    "To": OURS,
    "Body": "Hola ñ",
    "NumMedia": "0",
    "FromCity": "",
}
CALL = {"CallSid": "CA" + "2" * 32, "From": CUSTOMER, "To": OURS, "Direction": "inbound", "CallStatus": "ringing"}


def received(line: PhoneLine, request: HookRequest, path: str = "sms") -> HookAnswer:
    answer: HookAnswer = line.hook(path).receive(request, now=datetime.now(UTC))
    return answer


def test_a_message_is_stored_under_its_sid_and_answered_with_nothing_to_do(line: PhoneLine) -> None:
    answer = received(line, line.request("sms", MESSAGE))

    assert (answer.status, answer.refused) == (200, "")
    assert ElementTree.fromstring(answer.body).tag == "Response"
    assert answer.content_type.startswith("text/xml")
    (item,) = answer.items
    assert item.key == MESSAGE["MessageSid"]
    assert answer.source == f"twilio:{line.server.account}:{OURS}"
    assert line.message_of(item).text == "Hola ñ"


def test_whatsapp_comes_in_by_the_same_address(line: PhoneLine) -> None:
    answer = received(line, line.request("sms", MESSAGE | {"From": f"whatsapp:{CUSTOMER}", "To": CHAT}))

    assert answer.source == f"twilio:{line.server.account}:{CHAT}"
    assert line.message_of(answer.items[0]).medium == "whatsapp"


def _unsigned(request: HookRequest) -> HookRequest:
    return replace(request, headers={name: value for name, value in request.headers.items() if "signature" not in name})


def _changed(request: HookRequest) -> HookRequest:
    return replace(request, body=request.body.replace(b"Hola", b"Hole"))


def _added(request: HookRequest) -> HookRequest:
    return replace(request, body=request.body + b"&NumMedia=1")


def _with_query(request: HookRequest) -> HookRequest:
    return replace(request, url=request.url + "?x=1")


def _odd_signature(request: HookRequest) -> HookRequest:
    return replace(request, headers={**request.headers, "x-twilio-signature": "ñandú"})


def _got(request: HookRequest) -> HookRequest:
    return replace(request, method="GET")


def _json(request: HookRequest) -> HookRequest:
    return replace(request, headers={**request.headers, "content-type": "application/json"}, body=b"{}")


def _not_utf8(request: HookRequest) -> HookRequest:
    return replace(request, body=b"Body=\xff")


def _many(request: HookRequest) -> HookRequest:
    return replace(request, body=b"&".join(b"a=1" for _ in range(9000)))


@pytest.mark.fault(8)
@pytest.mark.parametrize(
    "spoil", [_unsigned, _changed, _added, _with_query, _odd_signature, _got, _json, _not_utf8, _many]
)
@pytest.mark.parametrize("path", ["sms", "voice", "call", "recording", "status"])
def test_what_twilio_did_not_sign_gets_403_and_nothing_of_it_is_stored(
    line: PhoneLine, spoil: object, path: str
) -> None:
    assert callable(spoil)
    answer = received(line, spoil(line.request(path, MESSAGE | CALL)), path)

    assert answer.status == 403
    assert answer.refused
    assert (answer.items, answer.reports, answer.body) == ((), (), b"")


def test_another_accounts_token_signs_nothing_here(line: PhoneLine) -> None:
    assert received(line, line.request("sms", MESSAGE, token="another")).refused == "bad signature"


def test_a_signature_for_one_address_is_none_for_another(line: PhoneLine) -> None:
    assert received(line, line.request("status", MESSAGE), "sms").status == 403


def test_another_account_is_refused_though_it_is_signed(line: PhoneLine) -> None:
    assert received(line, line.request("sms", MESSAGE | {"AccountSid": "AC" + "9" * 32})).refused == "another account"


@pytest.mark.parametrize("path", ["sms", "voice", "call"])
def test_a_number_that_is_not_ours_is_refused(line: PhoneLine, path: str) -> None:
    answer = received(line, line.request(path, MESSAGE | CALL | {"To": "+34910000099", "CallStatus": "busy"}), path)

    assert (answer.status, answer.items) == (403, ())
    assert "number" in answer.refused


def test_a_body_above_64_kb_is_refused_unread(line: PhoneLine) -> None:
    request = line.request("sms", MESSAGE | {"Body": "x" * 70_000})

    assert line.hook("sms").largest == 64 * 1024
    assert received(line, request).status == 413


@pytest.mark.fault(8)
def test_behind_a_proxy_the_configured_address_is_what_is_signed(line: PhoneLine) -> None:
    request = line.request("sms", MESSAGE)

    assert received(line, replace(request, url="http://10.0.0.5:8080/webhooks/telefono/sms")).status == 200


@pytest.mark.fault(8)
def test_a_signature_made_with_the_port_counts_too(line: PhoneLine) -> None:
    request = line.request("sms", MESSAGE)
    fields = {"AccountSid": line.server.account, "ApiVersion": "2010-04-01"} | MESSAGE
    with_port = signature("https://desk.example.com:443/base/webhooks/telefono/sms", fields, line.server.token)

    assert received(line, replace(request, headers={**request.headers, "x-twilio-signature": with_port})).status == 200


def test_a_token_that_cannot_be_read_refuses_and_says_why(line: PhoneLine, tmp_path: Path) -> None:
    request = line.request("sms", MESSAGE)
    line.secret = Secret(file=tmp_path / "none")

    answer = received(line, request)

    assert (answer.status, answer.items) == (503, ())
    assert "token" in answer.refused


def test_a_new_token_counts_at_once(line: PhoneLine, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("old")
    line.secret = Secret(file=tmp_path / "token")
    assert received(line, line.request("sms", MESSAGE, token="new")).status == 403

    (tmp_path / "token").write_text("new")

    assert received(line, line.request("sms", MESSAGE, token="new")).status == 200


def test_a_call_is_greeted_told_that_it_is_recorded_and_recorded(line: PhoneLine) -> None:
    answer = received(line, line.request("voice", CALL), "voice")
    response = ElementTree.fromstring(answer.body)

    assert [verb.tag for verb in response] == ["Say", "Say", "Record", "Say", "Hangup"]
    greeting, notice = response[0], response[1]
    assert greeting.attrib["language"] == "es-ES"
    assert "Ferretería Sol" in str(greeting.text)
    assert "grabado" in str(notice.text)
    record = response[2].attrib
    assert record["maxLength"] == "180"
    assert record["recordingStatusCallback"].startswith(f"{PUBLIC}/webhooks/telefono/recording?From=%2B34600000001&To=")
    assert record["action"] == f"{PUBLIC}/webhooks/telefono/voice"
    assert answer.items == ()


def test_the_files_own_words_are_said_in_place_of_ours(line: PhoneLine) -> None:
    voicemail = Voicemail(greeting="Bon dia & <adéu>", recording_notice="Es grava.", voice="Polly.Arlet-Neural")
    hook = line.hook("voice", voicemail=voicemail, language="ca")
    response = ElementTree.fromstring(hook.receive(line.request("voice", CALL), now=datetime.now(UTC)).body)

    assert [say.text for say in response.iter("Say")][:2] == ["Bon dia & <adéu>", "Es grava."]
    assert {(say.attrib["language"], say.attrib["voice"]) for say in response.iter("Say")} == {
        ("ca-ES", "Polly.Arlet-Neural")
    }


def test_once_the_caller_has_spoken_the_call_ends(line: PhoneLine) -> None:
    answer = received(line, line.request("voice", CALL | {"RecordingUrl": "https://x", "RecordingSid": "RE1"}), "voice")

    assert [verb.tag for verb in ElementTree.fromstring(answer.body)] == ["Say", "Hangup"]


RECORDED = {"CallSid": CALL["CallSid"], "RecordingSid": "RE" + "3" * 32, "RecordingDuration": "42"}
RECORDED |= {
    "RecordingStatus": "completed",
    "RecordingSource": "RecordVerb",
    "RecordingUrl": "https://api.twilio.com/x",
}
PARTIES = "?From=%2B34600000001&To=%2B34910000000"


def test_a_recording_is_the_call_that_polling_would_find(line: PhoneLine, server: TwilioServer) -> None:
    sid = server.call(CUSTOMER, OURS, "completed", seconds=50)
    recording = server.recording(sid, seconds=42)
    fields = RECORDED | {"CallSid": sid, "RecordingSid": recording}

    answer = line.called("recording", fields, query=PARTIES)
    source = line.calls()
    line.pull(source)

    assert answer.source == source.name
    ledger = line.ledgers[source.name]
    assert [item.key for item in ledger.items] == [recording]
    message = line.message_of(ledger.items[0])
    assert (message.medium, message.customer.address, message.account) == ("voicemail", CUSTOMER, OURS)
    assert dict(message.files[0].ref) == {"recording": recording}


@pytest.mark.parametrize(
    "odd",
    [
        {"RecordingStatus": "in-progress"},
        {"RecordingStatus": "absent"},
        {"RecordingSource": "DialVerb"},
        {"RecordingSid": ""},
        {"CallSid": ""},
    ],
)
def test_what_is_no_finished_voicemail_is_passed_over(line: PhoneLine, odd: dict[str, str]) -> None:
    answer = line.called("recording", RECORDED | odd, query=PARTIES)

    assert (answer.status, answer.items, answer.refused) == (200, (), "")


def test_a_recording_of_somebody_elses_number_is_refused(line: PhoneLine) -> None:
    assert line.called("recording", RECORDED, query="?From=x&To=%2B34910000099").refused


@pytest.mark.parametrize(
    ("status", "count"), [("no-answer", 1), ("busy", 1), ("canceled", 1), ("completed", 0), ("ringing", 0), ("", 0)]
)
def test_a_call_is_told_of_when_nobody_took_it(line: PhoneLine, status: str, count: int) -> None:
    assert len(line.called("call", CALL | {"CallStatus": status}).items) == count


def test_a_call_of_ours_to_a_customer_is_no_missed_call(line: PhoneLine) -> None:
    fields = CALL | {"CallStatus": "no-answer", "Direction": "outbound-api", "From": OURS, "To": OURS}

    assert line.called("call", fields).items == ()


@pytest.mark.fault(9)
@pytest.mark.parametrize(
    ("status", "state", "rank"),
    [
        ("queued", DeliveryState.SENT, 0),
        ("sending", DeliveryState.SENT, 0),
        ("sent", DeliveryState.SENT, 1),
        ("delivered", DeliveryState.DELIVERED, 2),
        ("read", DeliveryState.DELIVERED, 3),
        ("undelivered", DeliveryState.FAILED, 9),
        ("failed", DeliveryState.FAILED, 9),
    ],
)
def test_what_became_of_a_message_of_ours_is_ranked(
    line: PhoneLine, status: str, state: DeliveryState, rank: int
) -> None:
    fields = {"MessageSid": MESSAGE["MessageSid"], "MessageStatus": status, "ErrorCode": "30003"}

    (report,) = line.called("status", fields).reports

    assert (report.external_id, report.state, report.rank) == (MESSAGE["MessageSid"], state, rank)
    assert report.reason == (
        "" if rank < 9 else "the customer's telephone is off, out of reach or takes no SMS (Twilio 30003)"
    )


@pytest.mark.parametrize("fields", [{"MessageStatus": "partly"}, {"MessageStatus": ""}, {"MessageStatus": "sent"}])
def test_a_status_that_says_nothing_is_passed_over(line: PhoneLine, fields: dict[str, str]) -> None:
    assert line.called("status", fields).reports == ()
