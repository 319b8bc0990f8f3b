"""Tells which of the messages that Twilio lists are those that we may have sent. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from connectors.twilio_phone.names import bare
from connectors.twilio_phone.pieces import Piece
from connectors.twilio_phone.raw import Fields, moment_of, number_of, text_of
from ventanilla.phones import e164

_FAILED = frozenset({"failed", "undelivered", "canceled"})
_TRIAL = "Sent from your Twilio trial account - "


def sent_since(listed: Iterable[Fields], *, sender: str, to: str, since: datetime) -> list[Fields]:
    """What went from our number to theirs since then and did not fail, oldest first."""
    found = []
    for message in listed:
        made = moment_of(message, "date_created", "date_sent")
        parties = e164(text_of(message, "to")), bare(text_of(message, "from"))
        if (
            made is not None
            and made >= since.replace(microsecond=0)  # Twilio's moments are whole seconds
            and parties == (e164(to), bare(sender))
            and text_of(message, "direction").startswith("outbound")
            and text_of(message, "status") not in _FAILED
        ):
            found.append((made, message))
    found.reverse()  # newest first, as Twilio lists them
    return [message for _, message in sorted(found, key=lambda one: one[0])]


def recognise(listed: Sequence[Fields], pieces: Sequence[Piece], taken: Iterable[str]) -> list[str]:
    """The SIDs of the first of these pieces, in order, as far as they are there; none that is taken. A template's text is not
    known to us: any message that nothing else of ours went out under is it."""
    others, found = set(taken), []
    for piece in pieces:
        sid = next(
            (sid for each in listed if (sid := text_of(each, "sid")) not in others and _is_it(each, piece)), None
        )
        if sid is None:
            break
        others.add(sid)
        found.append(sid)
    return found


def _is_it(message: Fields, piece: Piece) -> bool:
    if piece.body is None:
        return True
    body = text_of(message, "body").removeprefix(_TRIAL).strip()
    return body == piece.body.strip() and number_of(message, "num_media") == piece.files
