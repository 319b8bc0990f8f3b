"""What becomes of each kind of update, as customers' and as staff's; whatever else comes is quarantined alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.telegram_chat.reading.phrases import _PHRASES, phrase
from connectors.telegram_chat.reading.update import ChatContext, read_update
from tests.servers.telegram_updates import LUCIA, blocked, edited, message, pressed, written
from ventanilla.channel import Message, Party
from ventanilla.errors import BadMessage
from ventanilla.words import AddressKind, Verdict

BOT = "7000001"
AT = 1_790_000_000


def read(update: dict[str, Any], *, staff: bool = False, language: str = "es") -> Message:
    raw = json.dumps({"update_id": 1, **update}).encode()
    return read_update(raw, context=ChatContext(bot=BOT, language=language, staff=staff))


def test_a_text_is_a_conversational_message_of_its_sender() -> None:
    got = read(written(12, "¿Abren mañana?", at=AT))

    assert got.author == got.customer == Party(address="550011", name="Lucía Pérez", kind=AddressKind.TELEGRAM)
    assert (got.text, got.reply_text) == ("¿Abren mañana?", "¿Abren mañana?")
    assert (got.external_id, got.account, got.medium, got.conversational) == (f"{BOT}/550011/12", BOT, "telegram", True)
    assert got.sent_at == datetime.fromtimestamp(AT, UTC)
    assert got.language == "es"
    assert got.screening.verdict is Verdict.ACCEPT
    assert (got.edits, tuple(got.files), tuple(got.in_reply_to)) == (None, (), ())


@pytest.mark.parametrize(
    ("code", "language"), [("pt-br", "pt"), ("es_AR", "es"), ("EU", "eu"), ("ast", None), ("", None)]
)
def test_the_programs_language_is_two_letters_or_none(code: str, language: str | None) -> None:
    assert read(written(1, "x", sender={**LUCIA, "language_code": code})).language == language


PHOTO = [
    {"file_id": "small", "file_unique_id": "s", "width": 90, "height": 60, "file_size": 1000},
    {"file_id": "large", "file_unique_id": "l", "width": 1280, "height": 853, "file_size": 150_000},
    {"file_id": "middle", "file_unique_id": "m", "width": 320, "height": 213, "file_size": 20_000},
]


def file(**more: Any) -> dict[str, Any]:
    return {"file_id": "F1", "file_unique_id": "U1", "file_size": 4000, **more}


@pytest.mark.parametrize(
    ("content", "name", "content_type", "file_id"),
    [
        ({"photo": PHOTO}, "photo-12.jpg", "image/jpeg", "large"),
        (
            {"document": file(file_name="factura.pdf", mime_type="application/pdf")},
            "factura.pdf",
            "application/pdf",
            "F1",
        ),
        ({"document": file(file_name="../../etc/passwd")}, "passwd", "application/octet-stream", "F1"),
        ({"document": file()}, "attachment-12.bin", "application/octet-stream", "F1"),
        ({"voice": file(duration=3, mime_type="audio/ogg")}, "voice-12.ogg", "audio/ogg", "F1"),
        ({"audio": file(duration=3, file_name="a\u202egpj.mp3")}, "agpj.mp3", "audio/mpeg", "F1"),
        ({"video": file(width=1, height=1, duration=2)}, "video-12.mp4", "video/mp4", "F1"),
        ({"video_note": file(length=240, duration=2)}, "video-note-12.mp4", "video/mp4", "F1"),
        ({"animation": file(), "document": file(file_id="F2")}, "animation-12.mp4", "video/mp4", "F1"),
    ],
)
def test_each_kind_of_file_is_named_and_left_at_telegram(
    content: dict[str, Any], name: str, content_type: str, file_id: str
) -> None:
    got = read(written(12, caption="mire esto", **content))

    (one,) = got.files
    assert got.text == "mire esto"
    assert (one.filename, one.content_type, one.ref["file_id"]) == (name, content_type, file_id)
    assert one.largest == 20 * 1024 * 1024
    json.dumps(dict(one.ref))


def test_a_file_that_bots_may_not_download_is_told_in_the_text() -> None:
    got = read(written(12, document=file(file_name="obra.mov", file_size=45 * 1024 * 1024)))

    assert got.text == "[obra.mov, 45 MB: demasiado grande para recibirlo por Telegram]"
    assert got.files[0].size == 45 * 1024 * 1024


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            {"location": {"latitude": 40.416775, "longitude": -3.70379}},
            "Ubicación: https://maps.google.com/?q=40.416775,-3.703790",
        ),
        (
            {
                "venue": {
                    "location": {"latitude": 40, "longitude": -3.5},
                    "title": "Ferretería Sol",
                    "address": "Mayor 1",
                },
                "location": {"latitude": 40, "longitude": -3.5},
            },
            "Ferretería Sol\nMayor 1\nUbicación: https://maps.google.com/?q=40.000000,-3.500000",
        ),
        ({"contact": {"phone_number": "+34600111222", "first_name": "Ana"}}, "Contacto: Ana, +34600111222"),
        ({"sticker": {"file_id": "x", "emoji": "👍", "width": 1, "height": 1}}, "👍"),
        ({"sticker": {"file_id": "x", "width": 1, "height": 1}}, "[Pegatina]"),
        ({"dice": {"emoji": "🎲", "value": 4}}, "🎲 4"),
        (
            {"poll": {"id": "1", "question": "¿Sí?", "options": [{"text": "Sí"}, {"text": "No"}]}},
            "Encuesta: ¿Sí?\n- Sí\n- No",
        ),
        ({"hologram": {"file_id": "x"}}, "[Telegram: contenido que aquí no se puede mostrar (hologram)]"),
    ],
)
def test_what_is_no_text_is_told_in_words_and_accepted(content: dict[str, Any], expected: str) -> None:
    got = read(written(12, **content))

    assert got.text == expected
    assert got.screening.verdict is Verdict.ACCEPT


def test_their_own_number_is_vouched_for_and_anothers_is_not() -> None:
    own = read(written(12, contact={"phone_number": "34600111222", "first_name": "Lucía", "user_id": LUCIA["id"]}))
    other = read(written(12, contact={"phone_number": "34600111222", "first_name": "Ana", "user_id": 99}))
    unknown = read(written(12, contact={"phone_number": "34600111222", "first_name": "Ana"}))

    assert own.shared == (Party(address="+34600111222", name="Lucía Pérez", kind=AddressKind.PHONE),)
    assert (other.shared, unknown.shared) == ((), ())


def test_an_edit_names_the_message_that_it_is_a_version_of() -> None:
    got = read(edited(12, "mañana no", edited_at=AT + 60, at=AT))

    assert got.edits == got.external_id == f"{BOT}/550011/12"
    assert got.sent_at == datetime.fromtimestamp(AT + 60, UTC)


def test_moves_of_a_live_location_are_no_versions() -> None:
    place = {"latitude": 1, "longitude": 2, "live_period": 900}
    update = {"edited_message": message(12, location=place) | {"edit_date": AT}}

    assert read(update).screening.verdict is Verdict.SERVICE
    assert read(written(12, location=place)).screening.verdict is Verdict.ACCEPT


def test_an_answer_names_what_it_answers_and_shows_what_it_quotes() -> None:
    got = read(
        written(12, "sí, ese", reply_to_message=message(7, "¿el rojo?"), quote={"text": "el rojo", "position": 1})
    )

    assert got.in_reply_to == (f"{BOT}/550011/7",)
    assert (got.text, got.reply_text) == ("> el rojo\n\nsí, ese", "sí, ese")


@pytest.mark.parametrize(
    ("origin", "name"),
    [
        ({"type": "user", "sender_user": {"id": 3, "first_name": "Ana", "last_name": "Gil"}}, "Ana Gil"),
        ({"type": "hidden_user", "sender_user_name": "Escondido"}, "Escondido"),
        ({"type": "channel", "chat": {"id": -1, "type": "channel", "title": "Ofertas"}, "message_id": 3}, "Ofertas"),
        ({"type": "user", "sender_user": {"id": 3, "first_name": "", "username": "ana"}}, "@ana"),
    ],
)
def test_a_forward_is_told_and_whoever_sends_it_on_is_the_customer(origin: dict[str, Any], name: str) -> None:
    got = read(written(12, "vea", forward_origin={**origin, "date": AT}))

    assert got.text == f"Reenviado de {name}:\nvea"
    assert got.customer.address == "550011"


@pytest.mark.parametrize("text", ["/start", "/start ref123", "/start@ventanilla_test_bot"])
def test_start_is_a_greeting_in_their_language(text: str) -> None:
    got = read(written(1, text, sender={**LUCIA, "language_code": "en"}))

    assert (got.screening.verdict, got.screening.reason, got.language) == (Verdict.GREETING, "start", "en")


@pytest.mark.parametrize("text", ["/ayuda", "/started", "press /start", "/horario mañana"])
def test_other_commands_are_text(text: str) -> None:
    assert read(written(1, text)).screening.verdict is Verdict.ACCEPT


GROUP = {"chat": {"id": -100200, "type": "supergroup", "title": "Vecinos"}}


@pytest.mark.parametrize(
    ("update", "reason"),
    [
        ({"message": message(1, "hola") | GROUP}, "chat:supergroup"),
        ({"channel_post": {**message(1, "hola"), "chat": {"id": -1, "type": "channel"}}}, "chat:channel"),
        (written(1, "beep", sender={"id": 3, "is_bot": True, "first_name": "R2"}), "bot"),
        (written(1, pinned_message=message(0, "x")), "service:pinned_message"),
        (blocked(), "blocked_bot"),
        (blocked("member"), "unblocked_bot"),
        (pressed("x", message(1, "y")), "button"),
        ({"message_reaction": {"chat": {"id": 1}}}, "update:message_reaction"),
    ],
)
def test_what_nobody_wrote_to_us_is_put_aside_with_its_reason(update: dict[str, Any], reason: str) -> None:
    got = read(update)

    assert (got.screening.verdict, got.screening.reason) == (Verdict.SERVICE, reason)
    assert got.files == ()


def test_the_staffs_commands_and_buttons_are_something_to_act_upon() -> None:
    start = read(written(3, "/start 5f3a9c0e"), staff=True)
    button = read(pressed("accept:K7M", message(9, "a notice")), staff=True)
    answer = read(written(4, "Mañana a las nueve", reply_to_message=message(9, "a notice")), staff=True)

    assert (start.text, start.screening.verdict) == ("/start 5f3a9c0e", Verdict.ACCEPT)
    assert (button.text, button.screening.verdict) == ("button:accept:K7M", Verdict.ACCEPT)
    assert button.author.address == "550011"
    assert button.in_reply_to == answer.in_reply_to == (f"{BOT}/550011/9",)
    assert read(blocked(), staff=True).screening.reason == "blocked_bot"


@pytest.mark.fault(10)
@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"{}",
        b'{"update_id":1}',
        b'{"update_id":1,"message":7}',
        b'{"update_id":1,"message":{}}',
        b'{"update_id":1,"message":{"chat":{"id":"x"},"message_id":1}}',
        b'{"update_id":1,"message":{"chat":{"id":1,"type":"private"},"message_id":1,"from":{"id":1},"text":5}}',
        b'{"update_id":1,"message":{"chat":{"id":1,"type":"private"},"message_id":1,"from":{"id":1},"date":1e999}}',
        b'{"update_id":1,"message":{"chat":{"id":1,"type":"private"},"message_id":1,"from":{"id":1},"date":99999999999999999}}',
        b'{"update_id":1,"message":{"chat":{"id":1,"type":"private"},"message_id":1,"from":{"id":1},"photo":[{"width":1}]}}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_a_poison_update_is_a_bad_message_and_nothing_else(raw: bytes) -> None:
    with pytest.raises(BadMessage):
        read_update(raw, context=ChatContext(bot=BOT))


def test_what_a_database_chokes_on_is_taken_out() -> None:
    got = read(written(1, "a\x00b\ud800c", sender={**LUCIA, "first_name": "\u202eLu\ncía\x00"}))

    assert got.text == "ab�c"
    assert got.author.name == "Lu cía Pérez"


def test_every_phrase_is_there_in_every_language() -> None:
    for name, words in _PHRASES.items():
        assert set(words) == {"es", "en", "ca", "gl", "eu"}, name
        for language in words:
            assert phrase(language, name, name="x", file="x", size=1, kind="x")


FIELDS = """message_id chat id type from date text photo contact location quote document reply_to_message forward_origin
edit_date venue poll options sticker caption voice"""
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS.split()), inner, max_size=6),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(
    kind=st.sampled_from(["message", "edited_message", "callback_query", "my_chat_member", "x"]),
    content=JSON,
    with_frame=st.booleans(),
    staff=st.booleans(),
)
def test_any_json_is_a_message_or_a_bad_message(kind: str, content: Any, with_frame: bool, staff: bool) -> None:
    frame = message(3) if kind.endswith("message") else {"from": LUCIA}
    said = {**frame, **content} if with_frame and isinstance(content, dict) else content
    raw = json.dumps({"update_id": 1, kind: said}).encode()
    try:
        got = read_update(raw, context=ChatContext(bot=BOT, staff=staff))
    except BadMessage:
        return
    assert "\x00" not in f"{got.text}{got.author.name}"
    (got.text + got.author.name).encode()
