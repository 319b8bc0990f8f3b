"""Sending and rewriting: what goes out how, and which of Telegram's answers means what."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connectors.telegram_chat.api import BotApi
from connectors.telegram_chat.pieces import split_text, units
from connectors.telegram_chat.sender import TelegramSender
from tests.servers.telegram_api import TelegramApi
from ventanilla.channel import Attachment, Outgoing
from ventanilla.errors import Ambiguous, LoginRefused, Permanent, Temporary, Unwelcome

LUCIA = 550011


@pytest.fixture
def sender(api: BotApi) -> Iterator[TelegramSender]:
    """What writes as the bot."""
    sender = TelegramSender(api)
    yield sender
    sender.close()


def letter(text: str = "Buenos días", *, number: int = 1, recipient: str = str(LUCIA), **more: Any) -> Outgoing:
    return Outgoing(id=number, recipient=recipient, text=text, **more)


def file(name: str, content_type: str, size: int = 10) -> Attachment:
    return Attachment(filename=name, content_type=content_type, content=b"x" * size)


def refused(code: int, description: str, **parameters: Any) -> tuple[int, dict[str, Any]]:
    body: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    return code, body | ({"parameters": parameters} if parameters else {})


def test_a_text_goes_out_plain_without_previews_and_is_named_as_the_reader_names_messages(
    server: TelegramApi, sender: TelegramSender
) -> None:
    sent = sender.send(letter("1 < 2 *y* _z_ [a](https://example.com)"))

    (call,) = server.bot.called("sendMessage")
    assert call["text"] == "1 < 2 *y* _z_ [a](https://example.com)"
    assert "parse_mode" not in call
    assert call["link_preview_options"] == {"is_disabled": True}
    assert sent.external_id == f"7000001/{LUCIA}/1"


def test_an_answer_names_what_it_answers_and_buttons_stand_below(server: TelegramApi, sender: TelegramSender) -> None:
    buttons = ((("Acepto", "accept:1"), ("Paso", "pass:1")), (("Ver", "show:1"),))

    sender.send(letter(in_reply_to=f"7000001/{LUCIA}/77", buttons=buttons))
    sender.send(letter(in_reply_to="7000001/999/77"))

    first, second = server.bot.called("sendMessage")
    assert first["reply_parameters"] == {"message_id": 77, "allow_sending_without_reply": True}
    assert first["reply_markup"]["inline_keyboard"] == [
        [{"text": "Acepto", "callback_data": "accept:1"}, {"text": "Paso", "callback_data": "pass:1"}],
        [{"text": "Ver", "callback_data": "show:1"}],
    ]
    assert "reply_parameters" not in second  # a message of another chat


def test_a_long_text_goes_out_in_parts_cut_at_paragraphs(server: TelegramApi, sender: TelegramSender) -> None:
    paragraphs = [f"{number} " + "😀" * 1000 for number in range(5)]

    sent = sender.send(letter("\n\n".join(paragraphs), buttons=((("Sí", "y"),),)))

    texts = [call["text"] for call in server.bot.called("sendMessage")]
    assert len(texts) == 3
    assert all(units(text) <= 4096 for text in texts)
    assert "\n\n".join(texts) == "\n\n".join(paragraphs)
    assert ["reply_markup" in call for call in server.bot.called("sendMessage")] == [False] * (len(texts) - 1) + [True]
    assert sent.external_id == f"7000001/{LUCIA}/1"


def test_a_text_without_a_place_to_cut_is_cut_anyway_and_never_within_a_character() -> None:
    parts = split_text("😀" * 5000)

    assert "".join(parts) == "😀" * 5000
    assert all(0 < units(part) <= 4096 for part in parts)
    family, accented = "👨\u200d👩\u200d👧\u200d👦", "e\u0301"
    for cluster in (family, accented, "👍🏽"):
        most = units(cluster) * 3 - 1
        assert set(split_text(cluster * 9, most=most)) == {cluster * 2, cluster}
    assert split_text("") == []
    assert split_text("  \n ") == []


@pytest.mark.parametrize(
    ("content_type", "method", "field"),
    [
        ("image/jpeg", "sendPhoto", "photo"),
        ("audio/ogg", "sendVoice", "voice"),
        ("audio/ogg; codecs=opus", "sendVoice", "voice"),
        ("audio/mpeg", "sendAudio", "audio"),
        ("application/pdf", "sendDocument", "document"),
        ("image/gif", "sendDocument", "document"),
    ],
)
def test_a_file_goes_the_way_that_shows_it_best_with_a_short_text_as_its_caption(
    server: TelegramApi, sender: TelegramSender, content_type: str, method: str, field: str
) -> None:
    sender.send(letter("Adjunto", attachments=(file("a.bin", content_type),)))

    (call,) = server.bot.called(method)
    assert call["caption"] == "Adjunto"
    assert call[field].content == b"x" * 10
    assert server.bot.called("sendMessage") == []


def test_the_customers_words_are_cut_to_a_captions_length_as_telegram_counts_it(
    server: TelegramApi, sender: TelegramSender
) -> None:
    sound = (file("v.ogg", "audio/ogg"),)

    sender.send(letter("😀" * 512, attachments=sound))
    sender.send(letter("😀" * 513, attachments=sound))

    first, second = server.bot.called("sendVoice")
    assert units(first["caption"]) == 1024
    assert "caption" not in second
    assert server.bot.called("sendMessage")[0]["text"] == "😀" * 513


def test_several_files_follow_the_text(server: TelegramApi, sender: TelegramSender) -> None:
    files = (file("a.pdf", "application/pdf"), file("b.ogg", "audio/ogg"))

    sent = sender.send(letter("Dos cosas", attachments=files, buttons=((("Sí", "y"),),)))

    assert [name for name, _ in server.bot.calls] == ["sendMessage", "sendDocument", "sendVoice"]
    assert sent.external_id == f"7000001/{LUCIA}/1"
    assert "reply_markup" in server.bot.called("sendMessage")[0]


def test_what_telegram_takes_for_no_picture_goes_as_a_document(server: TelegramApi, sender: TelegramSender) -> None:
    server.planned["sendPhoto"] = [refused(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")]

    sender.send(letter("Mire", attachments=(file("tira.png", "image/png"),)))

    (call,) = server.bot.called("sendDocument")
    assert (call["caption"], call["document"].filename) == ("Mire", "tira.png")


def test_a_file_above_fifty_megabytes_is_not_even_tried(server: TelegramApi, sender: TelegramSender) -> None:
    with pytest.raises(Permanent, match=r"too large for Telegram: 50\.0 MB, at most 50 MB"):
        sender.send(letter("Vea", attachments=(file("obra.mov", "video/quicktime", 50_000_001),) * 2))
    with pytest.raises(Permanent, match="takes no empty files"):
        sender.send(letter("Vea", attachments=(file("nada.txt", "text/plain", 0),)))

    assert server.bot.calls == []


def test_an_edit_rewrites_in_place_and_the_same_again_is_well(server: TelegramApi, sender: TelegramSender) -> None:
    first = sender.send(letter("uno", buttons=((("Sí", "y"),),)))

    for _ in range(2):
        again = sender.send(letter("dos", edits=first.external_id))
        assert again == first

    assert server.bot.sent[LUCIA, 1]["text"] == "dos"
    assert "reply_markup" not in server.bot.sent[LUCIA, 1]
    assert len(server.bot.called("sendMessage")) == 1


def test_an_edit_of_a_message_that_is_gone_is_sent_anew(server: TelegramApi, sender: TelegramSender) -> None:
    sent = sender.send(letter("dos", edits=f"7000001/{LUCIA}/44"))

    assert sent.external_id == f"7000001/{LUCIA}/1"
    assert server.bot.sent[LUCIA, 1]["text"] == "dos"


def test_an_edit_of_a_file_rewrites_its_caption(server: TelegramApi, sender: TelegramSender) -> None:
    first = sender.send(letter("Un buzón de voz", attachments=(file("v.ogg", "audio/ogg"),)))

    sender.send(letter("Resuelto", edits=first.external_id))

    assert server.bot.sent[LUCIA, 1]["caption"] == "Resuelto"
    assert len(server.bot.sent) == 1


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (refused(403, "Forbidden: bot was blocked by the user"), Unwelcome, "they have blocked the bot"),
        (refused(403, "Forbidden: user is deactivated"), Unwelcome, "account has been deleted"),
        (refused(400, "Bad Request: chat not found"), Unwelcome, "Telegram knows no chat"),
        (
            refused(400, "Bad Request: not enough rights to send text messages to the chat"),
            Unwelcome,
            "may not write in",
        ),
        (refused(403, "Forbidden: bot was kicked from the supergroup chat"), Unwelcome, "removed from that group"),
        (refused(401, "Unauthorized"), LoginRefused, "refused the bot's token"),
        (refused(429, "Too Many Requests: retry after 7", retry_after=7), Temporary, "wait 7 s"),
        (refused(500, "Internal Server Error"), Ambiguous, "may have taken"),
        ((502, b"<html>"), Ambiguous, "502"),
        (refused(503, "Service Unavailable"), Temporary, "503"),
        ((0, b""), Ambiguous, "did not say"),
        ((200, b"{"), Ambiguous, "did not say"),
    ],
)
def test_each_refusal_says_whether_it_went_out(
    server: TelegramApi, sender: TelegramSender, answer: tuple[int, Any], kind: type[Exception], words: str
) -> None:
    server.planned["sendMessage"] = [answer]

    with pytest.raises(kind, match=words) as caught:
        sender.send(letter("un secreto del cliente"))

    assert type(caught.value) is kind
    assert server.token not in str(caught.value)
    assert "secreto" not in str(caught.value)
    if kind is Temporary and "wait" in words:
        assert isinstance(caught.value, Temporary)
        assert caught.value.retry_after == 7


def test_a_server_that_is_gone_took_nothing(server: TelegramApi, sender: TelegramSender) -> None:
    server.stop()

    with pytest.raises(Temporary) as caught:
        sender.send(letter())

    assert type(caught.value) is Temporary


@pytest.mark.fault(12)
def test_an_answer_that_does_not_come_in_time_is_ambiguous(api: BotApi, server: TelegramApi) -> None:
    from connectors.telegram_chat.troubles import NoAnswer

    with pytest.raises(NoAnswer) as caught:
        api.call("getUpdates", {"timeout": 30}, seconds=0.2)

    assert caught.value.arrived


def test_a_group_that_became_a_supergroup_gets_it_under_its_new_number(
    server: TelegramApi, sender: TelegramSender
) -> None:
    server.bot.migrated[-5] = -1005
    server.bot.chats.add(-1005)

    sent = sender.send(letter(recipient="-5", in_reply_to="7000001/-5/3"))

    assert (sent.external_id, sent.recipient) == ("7000001/-1005/1", "-1005")
    assert (
        "reply_parameters" not in server.bot.called("sendMessage")[-1]
    )  # the old group's messages have other numbers there


def test_a_failure_in_the_middle_goes_on_from_there_in_another_process(
    server: TelegramApi, sender: TelegramSender, api_on: Callable[..., BotApi]
) -> None:
    files = (file("a.pdf", "application/pdf"), file("b.pdf", "application/pdf"))
    server.planned["sendDocument"] = [refused(429, "Too Many Requests: retry after 1", retry_after=1)]

    with pytest.raises(Temporary) as caught:
        sender.send(letter("Dos", attachments=files))
    assert caught.value.parts == (f"7000001/{LUCIA}/1",)
    sent = TelegramSender(api_on()).send(letter("Dos", attachments=files, parts=caught.value.parts))

    assert sent.external_id == f"7000001/{LUCIA}/1"
    assert sent.parts == tuple(f"7000001/{LUCIA}/{number}" for number in (1, 2, 3))
    assert [name for name, _ in server.bot.calls] == ["sendMessage", "sendDocument", "sendDocument", "sendDocument"]
    assert len(server.bot.sent) == 3


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refused(401, "Unauthorized"), Temporary),  # the login is refused again, and told, when the rest is tried
        ((0, b""), Ambiguous),
        (refused(500, "Internal Server Error"), Ambiguous),
    ],
)
def test_whatever_stops_it_midway_what_went_out_is_known(
    server: TelegramApi, sender: TelegramSender, answer: tuple[int, Any], kind: type[Temporary]
) -> None:
    server.planned["sendDocument"] = [answer]

    with pytest.raises(kind) as caught:
        sender.send(letter("x" * 2000, attachments=(file("a.pdf", "application/pdf"),)))

    assert type(caught.value) is kind
    assert caught.value.parts == (f"7000001/{LUCIA}/1",)


def test_a_file_refused_for_good_after_the_text_says_that_the_text_went_out(
    server: TelegramApi, sender: TelegramSender
) -> None:
    server.planned["sendDocument"] = [refused(400, "Bad Request: wrong file")]

    with pytest.raises(Permanent, match=r"1 of its 2 parts went out, then: .*Wrong file"):
        sender.send(letter("x" * 2000, attachments=(file("a.pdf", "application/pdf"),)))


@pytest.mark.parametrize("recipient", ["", "lucia@example.com", "@lucia"])
def test_a_recipient_who_is_no_telegram_id_is_refused_without_asking(
    server: TelegramApi, sender: TelegramSender, recipient: str
) -> None:
    with pytest.raises(Permanent, match="no Telegram id"):
        sender.send(letter(recipient=recipient))

    assert server.bot.calls == []


def test_nothing_to_send_is_told(sender: TelegramSender) -> None:
    with pytest.raises(Permanent, match="nothing to send"):
        sender.send(letter("  "))


def test_nothing_can_be_looked_up_and_close_twice_does_no_harm(api_on: Callable[..., BotApi]) -> None:
    sender = TelegramSender(api_on())

    assert sender.find(letter()) is None
    sender.close()
    sender.close()
