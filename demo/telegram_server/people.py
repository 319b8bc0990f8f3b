"""What the town's people do with their phones: press start, write, send files, correct themselves, press a button, block a bot.

`do(bot, {"do": "write", "user": …, "text": …})`. Each act changes the bot's chats and makes an update, as it would at the
vendor's.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

from demo.telegram_server.bots import Bot, Chat, Json, file_entry, photo_sizes, without_nothing

_FOLDERS = {"voice": "voice", "audio": "music", "video": "videos", "document": "documents"}


def do(bot: Bot, act: Mapping[str, Any], *, now: int) -> Json:
    """One act of a person: `{"update_id": …, "message_id": …}`. `now` is Unix time. KeyError for what does not exist."""
    chat = bot.chats.setdefault(act["user"]["id"], Chat(user=dict(act["user"])))
    return _ACTS[act["do"]](bot, chat, act, now)


def _write(bot: Bot, chat: Chat, act: Mapping[str, Any], now: int) -> Json:
    message = {**_envelope(bot, chat, now), **_content(bot, act)}
    if "reply_to" in act:
        message["reply_to_message"] = _plain(chat.messages[act["reply_to"]])
    return _say(bot, chat, "message", message)


def _edit(bot: Bot, chat: Chat, act: Mapping[str, Any], now: int) -> Json:
    before = chat.messages[act["message_id"]]
    field = "caption" if "caption" in before else "text"
    return _say(bot, chat, "edited_message", {**before, field: act["text"], "edit_date": now})


def _press(bot: Bot, chat: Chat, act: Mapping[str, Any], now: int) -> Json:
    """Press a button under one of the bot's messages."""
    message = chat.messages[act["message_id"]]
    query = {
        "id": str(act["message_id"] * 1_000_003 + now),
        "from": chat.user,
        "message": message,
        "chat_instance": str(chat.user["id"]),
        "data": act["data"],
    }
    return {"update_id": bot.add_update("callback_query", query), "message_id": act["message_id"]}


def _block(bot: Bot, chat: Chat, act: Mapping[str, Any], now: int) -> Json:
    chat.is_blocked = bool(act.get("blocked", True))
    member = {"user": bot.user, "status": "member"}
    kicked = {"user": bot.user, "status": "kicked", "until_date": 0}
    change = {
        "chat": chat.document,
        "from": chat.user,
        "date": now,
        "old_chat_member": member if chat.is_blocked else kicked,
        "new_chat_member": kicked if chat.is_blocked else member,
    }
    return {"update_id": bot.add_update("my_chat_member", change), "message_id": None}


_ACTS: dict[str, Callable[[Bot, Chat, Mapping[str, Any], int], Json]] = {
    "write": _write,
    "edit": _edit,
    "press": _press,
    "block": _block,
}


def _envelope(bot: Bot, chat: Chat, now: int) -> Json:
    return {"message_id": bot.next_message_id(), "from": chat.user, "chat": chat.document, "date": now}


def _content(bot: Bot, act: Mapping[str, Any]) -> Json:
    """What a message carries: a text with its commands, or a file with a caption, a place, a contact."""
    if "text" in act:
        return without_nothing(text=act["text"], entities=_commands(act["text"]))
    told = without_nothing(caption=act.get("caption"), media_group_id=act.get("album"))
    if "photo" in act:
        photo = act["photo"]
        content = base64.b64decode(photo["content"])
        sizes = photo_sizes(bot, content, suffix=".jpg", width=photo["width"], height=photo["height"])
        return {**told, "photo": sizes}
    for kind, folder in _FOLDERS.items():
        if kind in act:
            entry = dict(act[kind])
            content = base64.b64decode(entry.pop("content"))
            file = bot.keep(content, folder=folder, suffix=entry.pop("suffix", ""))
            return {**told, kind: file_entry(file, **entry)}
    return {kind: act[kind] for kind in ("location", "contact") if kind in act}


def _commands(text: str) -> list[Json]:
    """A command at the beginning, marked as the apps mark it."""
    command = text.split(maxsplit=1)[0] if text.startswith("/") and len(text) > 1 else ""
    return [{"type": "bot_command", "offset": 0, "length": len(command)}] if command else []


def _say(bot: Bot, chat: Chat, kind: str, message: Json) -> Json:
    chat.messages[message["message_id"]] = message
    return {"update_id": bot.add_update(kind, message), "message_id": message["message_id"]}


def _plain(message: Json) -> Json:
    """What an answer carries of the message it answers: never that one's own reply_to_message."""
    return {name: value for name, value in message.items() if name != "reply_to_message"}
