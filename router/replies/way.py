"""Which channel carries an answer to a case whose own cannot: a visit entered by hand, a channel that has left the file. Pure."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from config.email import EmailSettings
from config.twilio import TwilioSettings
from router.house import House
from router.moves.refusals import Refused
from ventanilla.words import Mode

NO_WAY = "no channel of the file writes to such an address: call them (ventanilla called), or link an address of theirs"


def on_its_way(house: House, case: Any) -> Any:
    """The case as its answer is to be composed: itself, or as if it had come by a channel that writes to its address. Raises
    Refused where there is none."""
    if case.channel in house.config.channels:
        return case
    for name, settings in _likeliest(house):
        account = _account(settings, case.address)
        if account is not None:
            return SimpleNamespace(**{**case._mapping, "channel": name, "account": account})
    raise Refused("cannot_be_written_to", key=case.key, reason=NO_WAY)


def _likeliest(house: House) -> list[tuple[str, Any]]:
    """Channels that may write to customers first; otherwise as in the file."""
    return sorted(house.config.channels.items(), key=lambda one: one[1].mode is not Mode.LIVE)


def _account(settings: Any, address: str) -> str | None:
    if isinstance(settings, EmailSettings) and "@" in address:
        return settings.address or ""
    if isinstance(settings, TwilioSettings) and address.startswith("+"):
        return next(iter(settings.numbers), None)
    return None
