"""Tokens of notices: which case, under which assignment and to whom a notice was; signed, so that an answer to it can be believed.

`vn.K7MQ2XVTR.00015f3a9c0e1b.2b7d…`: purpose, case key, the assignment's number in hex with ten digits of an occasion behind it,
and an HMAC-SHA256 cut to 80 bits, over these and the name of the one who was told. It is the notice's Message-ID, and where the
mailbox keeps plus-addresses the address to answer to. Nothing is stored: whether the assignment is still open is looked up when it
comes back. Mail programs may change an address's case, so nothing here hangs on it. Knows no store.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ventanilla.keys import read_key
from ventanilla.signing import Purpose

NOTICE_TOKEN = re.compile(r"(?i)vn\.([0-9a-z]{9})\.([0-9a-f]{14,22})\.([0-9a-f]{20})(?![0-9a-f])")
_OCCASION = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeToken:
    """What a token says, its signature having been checked."""

    text: str
    case_key: str
    assignment_number: int
    agent: str


def notice_token(signing_key: bytes, *, case_key: str, assignment_number: int, agent: str, occasion: str) -> str:
    """The token of one notice; the same arguments give the same one."""
    bare = case_key.replace("-", "")
    nonce = f"{assignment_number:04x}{hashlib.sha256(occasion.encode()).hexdigest()[:_OCCASION]}"
    return f"{Purpose.NOTICE}.{bare}.{nonce}.{_signature(signing_key, bare, nonce, agent)}"


def notice_id(token: str, domain: str) -> str:
    """The Message-ID of the notice of this token, angle brackets included."""
    return f"<{token}@{domain}>"


def tokens_in(values: Iterable[str]) -> Iterator[str]:
    """Everything that looks like a token in Message-IDs and addresses, in order, as it would have been written."""
    for value in values:
        for found in NOTICE_TOKEN.finditer(value):
            bare, nonce, signature = found.groups()
            yield f"{Purpose.NOTICE}.{bare.upper()}.{nonce.lower()}.{signature.lower()}"


def read_notice_token(signing_key: bytes, token: str, agents: Iterable[str]) -> NoticeToken | None:
    """What a token says, if it was made for one of these agents; None for one that is forged, or was anybody else's."""
    found = NOTICE_TOKEN.fullmatch(token)
    if found is None:
        return None
    bare, nonce, signature = found[1].upper(), found[2].lower(), found[3].lower()
    key = read_key(bare)
    if key is None:
        return None
    number = int(nonce[:-_OCCASION], 16)
    for agent in agents:
        if hmac.compare_digest(signature, _signature(signing_key, bare, nonce, agent)):
            return NoticeToken(text=token, case_key=key, assignment_number=number, agent=agent)
    return None


def _signature(signing_key: bytes, bare: str, nonce: str, agent: str) -> str:
    said = f"{Purpose.NOTICE}.{bare}.{nonce}|{agent}"
    return hmac.new(signing_key, said.encode(), hashlib.sha256).hexdigest()[:20]
