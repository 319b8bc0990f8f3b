"""What a message or a call is read as, by the API and by a webhook; whatever else comes is set aside, never an error."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.twilio_phone.consent import wants_again, wants_none
from connectors.twilio_phone.people import PhoneContext
from connectors.twilio_phone.raw import (
    call_by_api,
    call_by_webhook,
    message_by_api,
    message_by_webhook,
)
from connectors.twilio_phone.reader import read_item
from ventanilla.channel import Message
from ventanilla.errors import BadMessage
from ventanilla.words import AddressKind, Verdict

SID, CALL, RECORDING = "SM" + "1" * 32, "CA" + "2" * 32, "RE" + "3" * 32
OURS, CUSTOMER = "+34910000000", "+34600000001"


def at(hour: int, minute: int) -> datetime:
    return datetime(2026, 11, 20, hour, minute, tzinfo=UTC)


def read(raw: bytes, language: str = "es") -> Message:
    return read_item(raw, context=PhoneContext(language=language, zone=ZoneInfo("Europe/Madrid")))


def hooked(**fields: str) -> Message:
    given_fields = {"MessageSid": SID, "From": CUSTOMER, "To": OURS, "Body": "Hola", "NumMedia": "0"} | fields
    return read(message_by_webhook(given_fields, at=at(9, 0)))


def test_an_sms_names_its_customer_its_number_and_its_time() -> None:
    message = read(
        message_by_api(
            {"sid": SID, "from": CUSTOMER, "to": OURS, "body": "Hola", "date_sent": "Fri, 20 Nov 2026 09:30:00 +0000"}
        )
    )

    assert (message.author.address, message.author.kind) == (CUSTOMER, AddressKind.PHONE)
    assert (message.external_id, message.account, message.medium) == (SID, OURS, "sms")
    assert message.conversational
    assert message.sent_at == at(9, 30)
    assert message.text == message.reply_text == "Hola"


def test_a_whatsapp_message_has_its_senders_name_and_what_it_answers() -> None:
    message = hooked(
        From=f"whatsapp:{CUSTOMER}",
        To="whatsapp:+34910000001",
        ProfileName="Lucía ",
        OriginalRepliedMessageSid="SM" + "9" * 32,
    )

    assert (message.author.address, message.author.name, message.medium) == (CUSTOMER, "Lucía", "whatsapp")
    assert message.account == "whatsapp:+34910000001"
    assert message.to[0].address == "+34910000001"
    assert message.in_reply_to == ("SM" + "9" * 32,)
    assert message.sent_at == at(9, 0)


def test_a_place_becomes_a_link() -> None:
    message = hooked(Body="", Latitude="40.4168", Longitude="-3.7038", Label="Sol", Address="Madrid")

    assert message.text.startswith("Sol\nMadrid\nhttps://www.openstreetmap.org/?mlat=40.416800&mlon=-3.703800")


@pytest.mark.parametrize("latitude", ["", "north", "91", "nan", "inf"])
def test_a_place_that_is_none_is_left_out(latitude: str) -> None:
    assert hooked(Latitude=latitude, Longitude="1").text == "Hola"


def test_a_button_or_a_line_of_a_list_is_what_it_says() -> None:
    assert hooked(Body="", ButtonText="Sí, gracias", ButtonPayload="yes").text == "Sí, gracias"
    assert hooked(Body="", ListTitle="Mañana", ListId="2").text == "Mañana"


def test_media_by_a_webhook_are_named_by_their_ids_alone() -> None:
    url = f"https://evil.example/2010-04-01/Accounts/AC/Messages/{SID}/Media/ME{'4' * 32}"
    message = hooked(NumMedia="2", MediaUrl0=url, MediaContentType0="image/jpeg", MediaUrl1="file:///etc/passwd")

    first, second = message.files
    assert dict(first.ref) == {"message": SID, "media": "ME" + "4" * 32}
    assert (first.filename, first.content_type) == ("media-1.jpg", "image/jpeg")
    assert dict(second.ref) == {"message": SID, "number": 1}
    assert message.medium == "mms"


def test_a_media_address_of_another_message_is_not_followed() -> None:
    url = f"https://api.twilio.com/2010-04-01/Accounts/AC/Messages/SM{'5' * 32}/Media/ME{'4' * 32}"

    assert dict(hooked(NumMedia="1", MediaUrl0=url).files[0].ref) == {"message": SID, "number": 0}


@pytest.mark.parametrize("count", ["99999999999", "-1", "two", "²"])
def test_a_count_of_files_that_is_none_makes_no_harm(count: str) -> None:
    assert len(hooked(NumMedia=count).files) == 0


def test_senders_without_a_number_keep_what_they_call_themselves() -> None:
    assert hooked(From="Banco").customer.address == "banco"
    assert hooked(From="25252").customer.address == "25252"
    assert hooked(From="+5215512345678").customer.address == "+525512345678"


OPT_OUTS = (
    *("STOP", "stop", " Stop. ", "STOPALL", "Unsubscribe", "cancel", "END", "QUIT"),
    *("Baja", "¡BAJA!", "alto", "PARAR", "Cancelar", "no más", "NO MAS", "Darme de baja", "baixa"),
)


@pytest.mark.parametrize("word", OPT_OUTS)
@pytest.mark.parametrize("sender", [CUSTOMER, f"whatsapp:{CUSTOMER}"])
def test_a_word_for_stop_alone_is_an_opt_out(word: str, sender: str) -> None:
    message = hooked(Body=word, From=sender)

    assert (message.screening.verdict, message.consent) == (Verdict.OPTED_OUT, False)
    assert message.text == word


@pytest.mark.parametrize("word", ["START", "unstop", "Alta", "iniciar."])
def test_a_word_for_start_takes_it_back(word: str) -> None:
    message = hooked(Body=word)

    assert (message.screening.verdict, message.consent) == (Verdict.OPTED_IN, True)


@pytest.mark.parametrize(
    "text",
    ["Quiero cancelar mi pedido", "HELP", "Ayuda", "sí", "YES", "No", "alta tensión", "stop it please", "", "👍"],
)
def test_other_texts_are_messages(text: str) -> None:
    message = hooked(Body=text)

    assert (message.screening.verdict, message.consent) == (Verdict.ACCEPT, None)


def test_twilios_own_opt_out_list_is_believed_before_the_words() -> None:
    assert hooked(Body="ya no quiero", OptOutType="STOP").consent is False
    assert hooked(Body="sí quiero", OptOutType="START").consent is True
    assert hooked(Body="cancelar", OptOutType="HELP").consent is None


@given(st.text(max_size=60))
def test_no_text_is_for_and_against_at_once(text: str) -> None:
    assert not (wants_none(text) and wants_again(text))


def missed(language: str, **fields: Any) -> str:
    call = {"sid": CALL, "from": CUSTOMER, "to": OURS, "status": "no-answer"}
    call |= {"start_time": "Fri, 20 Nov 2026 09:32:00 +0000", "end_time": "Fri, 20 Nov 2026 09:32:25 +0000"}
    return read(call_by_api(call | fields, []), language).text


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es", "Llamada perdida a las 10:32 (sonó 25 s)"),
        ("en", "Missed call at 10:32 (rang for 25 s)"),
        ("ca", "Trucada perduda a les 10:32 (va sonar 25 s)"),
        ("gl", "Chamada perdida ás 10:32 (soou 25 s)"),
        ("eu", "Dei galdua, 10:32 (25 s jo zuen)"),
        ("fr", "Missed call at 10:32 (rang for 25 s)"),
    ],
)
def test_a_missed_call_is_told_in_the_houses_language_and_time(language: str, text: str) -> None:
    assert missed(language) == text


def test_a_missed_call_says_how_it_ended() -> None:
    assert missed("es", status="busy") == "Llamada perdida a las 10:32 (comunicaba)"
    assert missed("es", status="canceled").endswith("(colgó antes de que se contestara)")
    assert missed("es", end_time=None) == "Llamada perdida a las 10:32"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es", "Mensaje de voz de 0:42, a las 10:32"),
        ("en", "Voicemail of 0:42, at 10:32"),
        ("ca", "Missatge de veu de 0:42, a les 10:32"),
        ("gl", "Mensaxe de voz de 0:42, ás 10:32"),
        ("eu", "Ahots-mezua (0:42), 10:32"),
    ],
)
def test_a_voicemail_says_how_long_it_is(language: str, text: str) -> None:
    call = {"CallSid": CALL, "From": CUSTOMER, "To": OURS, "CallStatus": "completed"}
    recording = {"RecordingSid": RECORDING, "RecordingDuration": "42"}

    message = read(call_by_webhook(call, [recording], at=at(9, 32)), language)

    assert (message.text, message.medium) == (text, "voicemail")
    assert message.files[0].content_type == "audio/mpeg"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)
NAMES = st.sampled_from(
    [
        *("sid", "MessageSid", "CallSid", "RecordingSid", "From", "from", "To", "to", "Body", "body", "OptOutType"),
        *("NumMedia", "num_media", "MediaUrl0", "Latitude", "Longitude", "CallStatus", "status", "duration"),
        *("date_sent", "at", "start_time", "end_time"),
    ]
)


@given(
    what=st.sampled_from(["message", "call"]),
    fields=st.dictionaries(NAMES, JSON, max_size=8),
    recordings=st.lists(st.dictionaries(NAMES, JSON, max_size=3), max_size=2) | JSON,
    late=st.booleans(),
)
def test_any_item_is_read_or_set_aside(what: str, fields: dict[str, Any], recordings: Any, late: bool) -> None:
    base = {"sid": SID, "from": CUSTOMER, "to": OURS}
    item = {"via": "api", what: base | fields, "recordings": recordings, "late": late}

    try:
        message = read(json.dumps(item).encode())
    except BadMessage:
        return
    message.text.encode()
    assert message.customer.address
    assert "\0" not in message.text


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b"5", b'{"via":"api"}', b'{"via":"mail","message":{}}', b"\xff", b"[" * 9999]
)
def test_what_is_no_item_is_set_aside(raw: bytes) -> None:
    with pytest.raises(BadMessage):
        read(raw)


def test_a_broken_letter_and_a_nul_do_not_reach_the_store() -> None:
    message = read(message_by_api({"sid": SID, "from": CUSTOMER, "to": OURS, "body": "a\ud83db\x00c"}))

    assert message.text == "a�bc"
