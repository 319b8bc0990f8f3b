"""Updates as the Bot API sends them, with people and numbers made up."""

from __future__ import annotations

import time
from typing import Any

LUCIA = {
    "id": 550011,
    "is_bot": False,
    "first_name": "Lucía",
    "last_name": "Pérez",
    "username": "lucia",
    "language_code": "es",
}


def message(
    number: int, text: str | None = None, *, sender: dict[str, Any] | None = None, at: int | None = None, **content: Any
) -> dict[str, Any]:
    """A message in the private chat of `sender` (else of Lucía)."""
    who = LUCIA if sender is None else sender
    chat = {"id": who["id"], "type": "private", "first_name": who["first_name"]}
    date = int(time.time()) if at is None else at
    said: dict[str, Any] = {"message_id": number, "from": who, "chat": chat, "date": date}
    return said | ({} if text is None else {"text": text}) | content


def written(number: int, text: str | None = None, **content: Any) -> dict[str, Any]:
    """The update of a new message, still without its number."""
    return {"message": message(number, text, **content)}


def edited(number: int, text: str, *, edited_at: int, **content: Any) -> dict[str, Any]:
    """The update of an edit."""
    return {"edited_message": message(number, text, **content) | {"edit_date": edited_at}}


def pressed(data: str, under: dict[str, Any], *, sender: dict[str, Any] | None = None) -> dict[str, Any]:
    """Somebody pressed a button under a message."""
    who = LUCIA if sender is None else sender
    return {
        "callback_query": {
            "id": "4382bfdwdsb323b2d9",
            "from": who,
            "message": under,
            "chat_instance": "-17",
            "data": data,
        }
    }


def blocked(status: str = "kicked", *, sender: dict[str, Any] | None = None) -> dict[str, Any]:
    """Somebody blocked the bot, or let it in again ("member")."""
    who = LUCIA if sender is None else sender
    bot = {"id": 7000001, "is_bot": True, "first_name": "Ventanilla", "username": "ventanilla_test_bot"}
    return {
        "my_chat_member": {
            "chat": {"id": who["id"], "type": "private", "first_name": who["first_name"]},
            "from": who,
            "date": int(time.time()),
            "old_chat_member": {"user": bot, "status": "member"},
            "new_chat_member": {"user": bot, "status": status},
        }
    }
