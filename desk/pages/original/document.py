"""A customer's HTML as a document of its own, with headers that let it do nothing. Knows how to say what was left out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from desk.mail_view.apart import TooMuch, sanitised
from desk.mail_view.finishing import Shown, finish
from desk.mail_view.pictures import OwnPictures
from desk.pages.page import Visit
from ventanilla.channel import Message
from ventanilla.errors import BadMessage

MOST_RAW = 64 * 1024 * 1024
"""Bytes of a mail that is read again to be shown; a larger one can be downloaded."""
_POLICY = (
    "default-src 'none'; img-src {images}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What there is to show of a mail. `trouble` is "" or why it cannot be shown: "too_much", "unreadable"."""

    shown: Shown
    cut: bool = False
    trouble: str = ""


def headers_of(*, images: bool) -> dict[str, str]:
    """No script, no form, no frame, nothing from anywhere but, when asked for, pictures; and no way to the page around it."""
    return {
        "Content-Security-Policy": _POLICY.format(images="data: https:" if images else "data:"),
        "X-Frame-Options": "SAMEORIGIN",
        "Referrer-Policy": "no-referrer",
        # browsers show no sandboxed document in a window that insists on its opener
        "Cross-Origin-Opener-Policy": "unsafe-none",
    }


def told_of(visit: Visit, html: str, pictures: OwnPictures, *, images: bool) -> Told:
    """What may be shown of this HTML, in bounded time."""
    try:
        safe, is_cut = sanitised(html)
    except TooMuch:
        return Told(shown=Shown(html=""), trouble="too_much")
    held_word = visit.say("original.picture")
    finished = partial(finish, safe, picture=pictures.address, held_word=held_word)
    return Told(shown=finished(images=images), cut=is_cut)


def read_html(raw: bytes) -> str | None:
    """The HTML of a mail; None without one. Raises BadMessage for what cannot be read."""
    from connectors.imap_email.reading.context import MailContext
    from connectors.imap_email.reading.message import read_mail

    if len(raw) > MOST_RAW:
        raise BadMessage("too large to be shown")
    message: Message = read_mail(raw, MailContext())
    return message.html
