"""How the town's people use their telephones: by the providers' side doors; and a note in the book of all that was put in."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from demo.book import Book, Posted, Source
from demo.phone_people import PhonePerson
from demo.provider_town import BotAccount, ProviderTown
from demo.side_door import SideDoor


class Phones:
    """Telegram, SMS, WhatsApp and calls. Raises OSError when a server is gone. Used by several threads."""

    def __init__(self, town: ProviderTown, book: Book) -> None:
        self._town = town
        self._book = book
        self._telegram = SideDoor(town.telegram_port, key=town.key)
        self._twilio = SideDoor(town.twilio_port, key=town.key)

    def chat(self, person: PhonePerson, **what: Any) -> int:
        """Write to the shop's bot: `text`, or a file with a `caption`, or `do="edit"` …; the message's number."""
        return self._act(self._town.customers, Source.TELEGRAM, person.user, what)

    def tell_staff_bot(self, user: Mapping[str, Any], text: str) -> int:
        """What somebody of the shop writes to the staff's bot."""
        return self._act(self._town.staff, Source.STAFF, user, {"text": text})

    def answer_notice(self, user: Mapping[str, Any], number: int, text: str) -> int:
        """The same, as an answer to what that bot has said."""
        return self._act(self._town.staff, Source.STAFF, user, {"text": text, "reply_to": number})

    def text(self, person: PhonePerson, body: str, *, whatsapp: bool = False, media: Sequence[bytes] = ()) -> None:
        """An SMS, an MMS, or a message by WhatsApp, with pictures."""
        prefix = "whatsapp:" if whatsapp else ""
        number = self._town.whatsapp[0] if whatsapp else self._town.numbers[0]
        act = {"do": "write", "from": f"{prefix}{person.phone}", "to": f"{prefix}{number}", "body": body}
        files = [{"content": base64.b64encode(each).decode(), "content_type": "image/png"} for each in media]
        self._phone({**act, "media": files, "name": person.name})

    def call(self, sender: str, *, voicemail: bytes = b"", seconds: int = 0) -> None:
        """Call the shop, where nobody picks up; with `voicemail` something is said after the tone."""
        act: dict[str, Any] = {"do": "call", "from": sender, "to": self._town.numbers[0]}
        if voicemail:
            content = base64.b64encode(voicemail).decode()
            act["voicemail"] = {"content": content, "content_type": "audio/mpeg", "seconds": seconds, "after": 1.0}
        self._phone(act)

    def look_at(self, source: Source) -> dict[str, Any]:
        """All that the provider holds."""
        if source is Source.PHONE:
            return self._twilio.look("/town/twilio")
        bot = self._town.staff if source is Source.STAFF else self._town.customers
        return self._telegram.look(f"/town/{bot.username}")

    def _act(self, bot: BotAccount, source: Source, user: Mapping[str, Any], what: Mapping[str, Any]) -> int:
        at = datetime.now(UTC)
        done = self._telegram.act(f"/town/{bot.username}", {"do": "write", "user": dict(user), **what})
        name = f"{bot.id}/{user['id']}/{done['message_id']}"
        if done["update_id"] is not None:
            self._book.note(Posted(source=source, mark=str(done["update_id"]), name=name, at=at))
        return int(done["message_id"] or 0)

    def _phone(self, act: Mapping[str, Any]) -> None:
        at = datetime.now(UTC)
        sid = str(self._twilio.act("/town/twilio", act)["sid"])
        self._book.note(Posted(source=Source.PHONE, mark=sid, name=sid, at=at))
