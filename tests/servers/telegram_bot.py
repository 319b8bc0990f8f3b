"""One bot as the Bot API server keeps it: what waits for it, what it has sent, its webhook, its files. Speaks no HTTP.

Source: https://core.telegram.org/bots/api and the descriptions in github.com/tdlib/telegram-bot-api.
"""

from __future__ import annotations

import json
import re
import threading
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError, URLError

OTHER_POLLER = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


class ApiError(Exception):
    """A refusal, as the body of the answer says it."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        self.code = code
        self.body: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
        if parameters:
            self.body["parameters"] = parameters
        super().__init__(description)


@dataclass(frozen=True)
class Upload:
    """A file that came with a call."""

    filename: str
    content: bytes = field(repr=False)
    content_type: str = ""


@dataclass
class Webhook:
    """What setWebhook was told, and how the calls fare."""

    url: str = ""
    secret: str = ""
    allowed: list[str] = field(default_factory=list)
    error: str = ""
    error_at: int = 0


class TelegramBot:
    """`waiting` are updates not yet confirmed, `calls` all that was asked, `sent` the messages by (chat, number), `awaited` is how
    many polls wait for news just now."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.username = "ventanilla_test_bot"
        self.is_down = False
        self.can_join_groups = False
        self.takes_http_webhooks = False
        self.waiting: list[dict[str, Any]] = []
        self.confirmed: list[int] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.sent: dict[tuple[int, int], dict[str, Any]] = {}
        self.files: dict[str, bytes] = {}
        self.chats: set[int] = set()
        self.blocked: set[int] = set()
        self.migrated: dict[int, int] = {}
        self.webhook = Webhook()
        self.next_update, self.next_message = 812_000_001, 1
        self._polls = self.awaited = 0
        self._news = threading.Condition()
        self._methods: dict[str, Callable[[dict[str, Any]], Any]] = {
            "getMe": self._get_me,
            "getUpdates": self._get_updates,
            "getWebhookInfo": self._get_webhook_info,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "sendMessage": self._send,
            "sendPhoto": self._send,
            "sendDocument": self._send,
            "sendVoice": self._send,
            "sendAudio": self._send,
            "editMessageText": self._edit,
            "editMessageCaption": self._edit,
            "answerCallbackQuery": lambda _: True,
            "setMyCommands": lambda _: True,
            "getFile": self._get_file,
        }

    @property
    def id(self) -> int:
        return int(self.token.partition(":")[0])

    # What happens at Telegram's side.

    def put(self, update: dict[str, Any], *, update_id: int | None = None) -> int:
        """An update comes to wait for the bot; its number. What the bot did not ask for is thrown away."""
        with self._news:
            if update_id is not None:
                self.next_update = update_id
            number = self.next_update
            self.next_update += 1
            self.waiting.append({"update_id": number, **update})
            self._news.notify_all()
            return number

    def new_number(self) -> int:
        """The number of the next message of any chat."""
        with self._news:
            self.next_message += 1
            return self.next_message - 1

    def go_down(self) -> None:
        """Those who wait get no answer."""
        with self._news:
            self.is_down = True
            self._news.notify_all()

    def called(self, method: str) -> list[dict[str, Any]]:
        """The fields of all calls of a method."""
        return [fields for name, fields in self.calls if name == method]

    def note(self, method: str, fields: dict[str, Any]) -> None:
        self.calls.append((method, fields))

    def deliver(self) -> bool:
        """Bring what waits to the webhook, one by one; whether all of it was taken."""
        while self.waiting and self.webhook.url:
            if not self._bring(self.waiting[0]):
                return False
            self.confirmed.append(self.waiting.pop(0)["update_id"])
        return True

    def _bring(self, update: dict[str, Any]) -> bool:
        headers = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": self.webhook.secret}
        request = urllib.request.Request(self.webhook.url, json.dumps(update).encode(), headers)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=10):
                return True
        except HTTPError as error:
            error.close()
            said = f"Wrong response from the webhook: {error.code} {error.reason}"
        except (URLError, OSError):
            said = "Connection refused"
        self.webhook.error, self.webhook.error_at = said, int(time.time())
        return False

    # What the bot asks.

    def call(self, token: str, method: str, fields: dict[str, Any]) -> Any:
        """The result of a call. Raises ApiError."""
        if not re.fullmatch(r"\d+:[\w-]+", token):
            raise ApiError(404, "Not Found")
        if token != self.token:
            raise ApiError(401, "Unauthorized")
        self.note(method, fields)
        if method not in self._methods:
            raise ApiError(404, "Not Found: method not found")
        return self._methods[method](fields)

    def _get_me(self, _: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": self.id,
            "is_bot": True,
            "first_name": "Ventanilla",
            "username": self.username,
            "can_join_groups": self.can_join_groups,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }

    def _get_updates(self, fields: dict[str, Any]) -> list[dict[str, Any]]:
        if self.webhook.url:
            raise ApiError(409, WEBHOOK_ACTIVE)
        offset, limit, timeout = (int(fields.get(name) or 0) for name in ("offset", "limit", "timeout"))
        ends = time.monotonic() + timeout
        with self._news:
            self._polls += 1
            mine = self._polls
            self._news.notify_all()  # whoever polls already is pushed aside
            if offset > 0:
                self.confirmed += [each["update_id"] for each in self.waiting if each["update_id"] < offset]
                self.waiting = [each for each in self.waiting if each["update_id"] >= offset]
            while not self.waiting and time.monotonic() < ends and mine == self._polls and not self.is_down:
                self.awaited += 1
                self._news.wait(ends - time.monotonic())
                self.awaited -= 1
            if self.is_down:
                raise ApiError(0, "")
            if mine != self._polls:
                raise ApiError(409, "Conflict: terminated by setWebhook request" if self.webhook.url else OTHER_POLLER)
            return self.waiting[: limit or 100]

    def _get_webhook_info(self, _: dict[str, Any]) -> dict[str, Any]:
        info: dict[str, Any] = {
            "url": self.webhook.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self.waiting),
        }
        if self.webhook.url:
            info |= {"max_connections": 40, "ip_address": "127.0.0.1", "allowed_updates": self.webhook.allowed}
        if self.webhook.error:
            info |= {"last_error_date": self.webhook.error_at, "last_error_message": self.webhook.error}
        return info

    def _set_webhook(self, fields: dict[str, Any]) -> bool:
        url = str(fields.get("url") or "")
        if url and not url.startswith("https://") and not self.takes_http_webhooks:
            raise ApiError(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        with self._news:
            self.webhook = Webhook(url, str(fields.get("secret_token", "")), list(fields.get("allowed_updates") or ()))
            self._polls += 1
            self._news.notify_all()
        return True

    def _delete_webhook(self, fields: dict[str, Any]) -> bool:
        self.webhook = Webhook()
        if fields.get("drop_pending_updates"):
            self.waiting.clear()
        return True

    def _send(self, fields: dict[str, Any]) -> dict[str, Any]:
        chat = int(fields["chat_id"])
        if chat in self.migrated:
            raise ApiError(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=self.migrated[chat],
            )
        if chat in self.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        if chat not in self.chats:
            raise ApiError(400, "Bad Request: chat not found")
        _check_length(fields)
        message = self._message(chat, fields)
        self.sent[chat, message["message_id"]] = message
        return message

    def _message(self, chat: int, fields: dict[str, Any]) -> dict[str, Any]:
        message: dict[str, Any] = {
            "message_id": self.new_number(),
            "from": {"id": self.id, "is_bot": True, "first_name": "Ventanilla", "username": self.username},
            "chat": {"id": chat, "type": "private", "first_name": "Somebody"},
            "date": int(time.time()),
        }
        for name in ("text", "caption", "reply_markup"):
            if name in fields:
                message[name] = fields[name]
        for name in ("photo", "document", "voice", "audio"):
            if isinstance(fields.get(name), Upload):
                message[name] = {"file_name": fields[name].filename, "file_size": len(fields[name].content)}
        return message

    def _edit(self, fields: dict[str, Any]) -> dict[str, Any]:
        message = self.sent.get((int(fields["chat_id"]), int(fields["message_id"])))
        if message is None:
            raise ApiError(400, "Bad Request: message to edit not found")
        field_name = "text" if "text" in fields else "caption"
        if field_name == "text" and "text" not in message:
            raise ApiError(400, "Bad Request: there is no text in the message to edit")
        if (message.get(field_name), message.get("reply_markup")) == (fields[field_name], fields.get("reply_markup")):
            raise ApiError(
                400,
                "Bad Request: message is not modified: specified new message content and reply markup are exactly the same "
                "as a current content and reply markup of the message",
            )
        _check_length(fields)
        message.pop("reply_markup", None)
        message |= {name: fields[name] for name in (field_name, "reply_markup") if name in fields}
        return message

    def _get_file(self, fields: dict[str, Any]) -> dict[str, Any]:
        found = [path for path in self.files if path.rpartition("/")[2].partition(".")[0] == fields.get("file_id")]
        if not found:
            raise ApiError(400, "Bad Request: invalid file_id")
        size = len(self.files[found[0]])
        if size > 20 * 1024 * 1024:
            raise ApiError(400, "Bad Request: file is too big")
        return {"file_id": fields["file_id"], "file_unique_id": "u", "file_size": size, "file_path": found[0]}


def _check_length(fields: dict[str, Any]) -> None:
    if "text" in fields and not str(fields["text"]).strip():
        raise ApiError(400, "Bad Request: message text is empty")
    if len(str(fields.get("text", "")).encode("utf-16-le")) > 4096 * 2:
        raise ApiError(400, "Bad Request: message is too long")
    if len(str(fields.get("caption", "")).encode("utf-16-le")) > 1024 * 2:
        raise ApiError(400, "Bad Request: message caption is too long")
