"""What the server keeps of a bot: updates that nobody has confirmed, chats, files, its webhook. Knows no HTTP and no clock."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from demo.telegram_server.errors import bad_request

LARGEST_DOWNLOAD = 20_000_000
# Unless asked for, these are not among the updates (Bot API, getUpdates, allowed_updates).
_ONLY_IF_ASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})

Json = dict[str, Any]


@dataclass(slots=True)
class File:
    """Something that can be downloaded. `unique_id` is the same for every bot; `path` is where it lies."""

    file_id: str
    unique_id: str
    path: str
    content: bytes

    def document(self) -> Json:
        return {
            "file_id": self.file_id,
            "file_unique_id": self.unique_id,
            "file_size": len(self.content),
            "file_path": self.path,
        }


@dataclass(slots=True)
class Chat:
    """A private chat: the person as the wire shows them, and every message by its number. A bot cannot write first."""

    user: Json
    messages: dict[int, Json] = field(default_factory=dict)
    is_blocked: bool = False

    @property
    def document(self) -> Json:
        kept = ("id", "first_name", "last_name", "username")
        return {**{name: self.user[name] for name in kept if name in self.user}, "type": "private"}


@dataclass(slots=True)
class Webhook:
    """Where updates are sent instead of waiting for getUpdates; no `url`, no webhook."""

    url: str = ""
    secret: str = ""
    last_error: str = ""
    last_error_at: int = 0


@dataclass(slots=True)
class Bot:
    """One bot. `bell` rings whenever a waiting getUpdates has a reason to look again; `tally` counts what was asked and refused."""

    token: str
    name: str
    username: str
    chats: dict[int, Chat] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    webhook: Webhook = field(default_factory=Webhook)
    allowed: Sequence[str] = ()
    commands: dict[str, list[Json]] = field(default_factory=dict)
    tally: Counter[str] = field(default_factory=Counter)
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    newest_poll: object = None
    made: list[int] = field(default_factory=list)
    _waiting: list[Json] = field(default_factory=list)
    _next_update: int = field(default_factory=lambda: secrets.randbelow(900_000_000) + 1_000_000)
    _next_message: int = 1

    @property
    def id(self) -> int:
        return int(self.token.partition(":")[0])

    @property
    def user(self) -> Json:
        return {"id": self.id, "is_bot": True, "first_name": self.name, "username": self.username}

    def ring(self) -> None:
        """Wake whoever waits for updates."""
        before, self.bell = self.bell, asyncio.Event()
        before.set()

    def add_update(self, kind: str, content: Json) -> int | None:
        """Put an update in line; its number, or None for a kind that this bot does not want."""
        if kind not in self.allowed and (self.allowed or kind in _ONLY_IF_ASKED):
            return None
        number = self._next_update
        self._next_update += 1
        self._waiting.append({"update_id": number, kind: content})
        self.made.append(number)
        self.ring()
        return number

    def confirm(self, offset: int) -> None:
        """Forget every update below `offset`; a negative one keeps so many of the newest."""
        if offset < 0:
            self._waiting = self._waiting[offset:]
        elif offset:
            self._waiting = [each for each in self._waiting if each["update_id"] >= offset]

    def waiting(self, limit: int = 100) -> list[Json]:
        """The oldest unconfirmed updates."""
        return self._waiting[:limit]

    @property
    def pending(self) -> int:
        return len(self._waiting)

    def drop_pending(self) -> None:
        self._waiting = []

    def next_message_id(self) -> int:
        """Numbers run through all private chats of a bot."""
        number = self._next_message
        self._next_message += 1
        return number

    def chat(self, chat_id: object) -> Chat:
        """The chat with whoever has started one. Raises ApiError."""
        try:
            return self.chats[int(str(chat_id))]
        except (KeyError, ValueError):
            raise bad_request("chat not found") from None

    def keep(self, content: bytes, *, folder: str, suffix: str) -> File:
        """Keep a file under ids of its own; its path tells nothing but its sort."""
        number = len(self.files)
        file = File(
            file_id=secrets.token_urlsafe(30),
            unique_id=secrets.token_urlsafe(8),
            path=f"{folder}/file_{number}{suffix}",
            content=content,
        )
        self.files[file.file_id] = file
        return file

    def file(self, file_id: object) -> File:
        """Raises ApiError for one that is not known, or larger than bots may download."""
        found = self.files.get(str(file_id))
        if found is None:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        if len(found.content) > LARGEST_DOWNLOAD:
            raise bad_request("file is too big")
        return found

    def file_at(self, path: str) -> File | None:
        return next((each for each in self.files.values() if each.path == path), None)


def without_nothing(**values: Any) -> Json:
    """The wire leaves out what there is none of."""
    return {name: value for name, value in values.items() if value not in (None, "", [], ())}


def photo_sizes(bot: Bot, content: bytes, *, suffix: str, width: int, height: int) -> list[Json]:
    """A photo as the wire has it: the same picture in several sizes, the largest last."""
    small = bot.keep(content, folder="photos", suffix=suffix)
    large = bot.keep(content, folder="photos", suffix=suffix)
    return [_size(small, width // 4, height // 4), _size(large, width, height)]


def file_entry(file: File, **more: Any) -> Mapping[str, Any]:
    """A document, voice or video as a message names it."""
    known = {"file_id": file.file_id, "file_unique_id": file.unique_id, "file_size": len(file.content)}
    return {**known, **without_nothing(**more)}


def _size(file: File, width: int, height: int) -> Json:
    return {**file_entry(file), "width": width, "height": height}
