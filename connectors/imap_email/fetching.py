"""Fetches mails by UID from an opened folder as raw items: small ones together, large ones in slices, none marked as seen."""

from __future__ import annotations

import hashlib
import imaplib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from imapclient import IMAPClient

from connectors.imap_email.troubles import words_of_error
from ventanilla.channel import RawItem

KEPT_HEADERS = (
    "MESSAGE-ID DATE FROM SENDER REPLY-TO TO CC SUBJECT IN-REPLY-TO REFERENCES LIST-ID AUTO-SUBMITTED PRECEDENCE"
)
"""What is kept of an imported mail: who wrote to whom, about what, in which thread."""

_ORDINARY_FLAGS = ("\\Seen", "\\Recent", "\\Answered")
_MESSAGE_ID = re.compile(rb"^message-id[ \t]*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_END_OF_HEADER = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is fetched at a time, in mails and bytes.

    `span` is how many UIDs a search covers: the library reads no line of over 1,000,000 bytes, which is about 90,000 UIDs.
    """

    span: int = 20_000
    batch_mails: int = 50
    batch_bytes: int = 8 * 1024 * 1024
    small: int = 256 * 1024
    slice_bytes: int = 1024 * 1024
    largest: int = 50 * 1024 * 1024
    header_bytes: int = 256 * 1024
    imported_mails: int = 500
    imported_header_bytes: int = 16 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A mail as the folder lists it. `size` is None when it has vanished since it was found."""

    uid: int
    size: int | None
    received_at: datetime
    flags: tuple[str, ...] = ()

    @property
    def is_seen(self) -> bool:
        """Whether somebody has opened it."""
        return "\\Seen" in self.flags


def identity_of(raw: bytes) -> str:
    """Equal for equal mails whatever their UID: Message-ID (may be missing) and bytes, hashed."""
    end = _END_OF_HEADER.search(raw)
    found = _MESSAGE_ID.search(raw, 0, end.start() if end else len(raw))
    return hashlib.sha256((found[1] if found else b"") + b"\0" + raw).hexdigest()


class Fetcher:
    """Fetches from the folder that `client` has open. `now` stands in where the server names no time of arrival.

    What the server will not say of one mail (NO, or an answer that cannot be read) does not hold up the others.
    """

    def __init__(self, client: IMAPClient, *, key_prefix: str, limits: Limits, now: datetime) -> None:
        self._client = client
        self._prefix = key_prefix
        self._limits = limits
        self._now = now
        self._refused: dict[int, str] = {}

    def look_up(self, uids: Sequence[int]) -> list[Listed]:
        """Size, time of arrival and flags of each, in the order asked for."""
        found = self._ask(uids, "RFC822.SIZE INTERNALDATE FLAGS")
        return [self._listed(uid, found.get(uid, {})) for uid in uids]

    def parts(self, mails: Sequence[Listed]) -> Iterator[list[Listed]]:
        """Cut a list into what may be fetched and committed together: small mails in tens, large ones alone."""
        part: list[Listed] = []
        for mail in mails:
            if part and not self._fits(part, mail):
                yield part
                part = []
            part.append(mail)
        if part:
            yield part

    def whole(self, part: Sequence[Listed]) -> list[RawItem]:
        """The mails of a part as they are; of one that is too large or refused, the header and the reason."""
        if len(part) == 1 and self._is_large(part[0]):
            return [self._large(part[0])]
        found = self._ask([mail.uid for mail in part if mail.size is not None], "BODY.PEEK[]")
        return [self._whole_or_header(mail, _body(found.get(mail.uid, {}))) for mail in part]

    def header_only(self, mail: Listed, why: str) -> RawItem:
        """The item of a mail whose body cannot or shall not be had: its header, if there is one, and the reason."""
        what = f"BODY.PEEK[HEADER]<0.{self._limits.header_bytes}>"
        return self._item(mail, _body(self._ask([mail.uid], what).get(mail.uid, {})), note=why)

    def envelopes(self, mails: Sequence[Listed]) -> list[RawItem]:
        """Imported items: a few headers of mails that are older than what we answer."""
        what = f"BODY.PEEK[HEADER.FIELDS ({KEPT_HEADERS})]<0.{self._limits.imported_header_bytes}>"
        found = self._ask([mail.uid for mail in mails], what)
        return [self._item(mail, _body(found.get(mail.uid, {})), imported=True) for mail in mails]

    def _ask(self, uids: Sequence[int], what: str) -> dict[int, dict[bytes, Any]]:
        """The answers by UID; why the server refused one is kept in `_refused`. Raises when the connection is gone."""
        if not uids:
            return {}
        try:
            return dict(self._client.fetch(uids, [what]))
        except imaplib.IMAP4.abort:
            raise
        except (imaplib.IMAP4.error, ValueError) as error:
            if len(uids) == 1:
                self._refused[uids[0]] = words_of_error(error)
                return {}
        return {uid: data for each in uids for uid, data in self._ask([each], what).items()}

    def _listed(self, uid: int, data: dict[bytes, Any]) -> Listed:
        arrived = data.get(b"INTERNALDATE")
        return Listed(
            uid=uid,
            size=data.get(b"RFC822.SIZE", 0 if uid in self._refused else None),
            received_at=arrived.astimezone(UTC) if isinstance(arrived, datetime) and arrived.tzinfo else self._now,
            flags=tuple(_text(flag) for flag in data.get(b"FLAGS", ())),
        )

    def _is_large(self, mail: Listed) -> bool:
        return (mail.size or 0) > self._limits.small

    def _fits(self, part: Sequence[Listed], mail: Listed) -> bool:
        total = sum(each.size or 0 for each in [*part, mail])
        is_full = len(part) >= self._limits.batch_mails or total > self._limits.batch_bytes
        return not is_full and not self._is_large(mail) and not self._is_large(part[-1])

    def _large(self, mail: Listed) -> RawItem:
        raw = None if (mail.size or 0) > self._limits.largest else self._in_slices(mail)
        size = max(mail.size or 0, len(raw or b""))
        if size > self._limits.largest:
            return self.header_only(mail, f"too large: {size} bytes, at most {self._limits.largest} are fetched")
        return self._whole_or_header(mail, raw)

    def _in_slices(self, mail: Listed) -> bytes | None:
        """RFC822.SIZE is wrong on some servers, so the end is where a slice comes short. None when the mail vanished."""
        size, slices, total = self._limits.slice_bytes, list[bytes](), 0
        while total <= self._limits.largest:
            answer = self._ask([mail.uid], f"BODY.PEEK[]<{total}.{size}>")
            piece = _body(answer.get(mail.uid, {}))
            if piece is None:
                return None
            slices.append(piece)
            total += len(piece)
            if len(piece) < size:
                break
        return b"".join(slices)

    def _whole_or_header(self, mail: Listed, raw: bytes | None) -> RawItem:
        why = self._refused.get(mail.uid)
        if raw is None and why is not None:
            return self.header_only(mail, f"unfetchable: {why}")
        return self._item(mail, raw)

    def _item(self, mail: Listed, raw: bytes | None, *, note: str = "", imported: bool = False) -> RawItem:
        notes = [note or ("expunged" if raw is None else ""), _flag_note(mail.flags)]
        return RawItem(
            key=f"{self._prefix}/{mail.uid}",
            raw=raw,
            received_at=mail.received_at,
            imported=imported,
            identity=None if raw is None else identity_of(raw),
            size=mail.size or len(raw or b""),
            note="; ".join(filter(None, notes)),
        )


def _body(data: dict[bytes, Any]) -> bytes | None:
    """The one body part in an answer, whatever the server calls it; None when there is none, or it is NIL."""
    for name, value in data.items():
        if name.startswith(b"BODY["):
            return value if value is None or isinstance(value, bytes) else str(value).encode()
    return None


def _flag_note(flags: Sequence[str]) -> str:
    """Flags that may matter to screening: `$Junk`, `\\Flagged`, … but not those of everyday reading."""
    telling = sorted(flag for flag in flags if flag not in _ORDINARY_FLAGS)
    return f"flags={' '.join(telling)}" if telling else ""


def _text(flag: object) -> str:
    return flag.decode(errors="replace") if isinstance(flag, bytes) else str(flag)
