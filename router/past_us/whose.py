"""Which of us wrote a mail from the shared mailbox: by address, by name, by signature. Pure; in doubt nobody.

A wrong name is worse than none: the figures credit people, and the shared mailbox is always a true answer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from config.people import AgentSettings
from ventanilla.channel import Message, Party

_LAST_LINES = 8
_LONGEST = 80
_SEPARATORS = re.compile(r"\s*[|,;·•()\[\]]\s*|\s+[-–—/]+\s+|^[-–—]+\s*")
_CLOSINGS = re.compile(
    r"^(?:(?:un|muchos|molts|unha|muitas|many|kind|best|warm|with)\s+)?"
    r"(?:saludos?|saludo cordial|cordiales saludos|atentamente|abrazos?|salutacions?|cordialment|atentament|saúdos?|atentamente"
    r"|agur|adeitasunez|ondo izan|regards|wishes|thanks|gracias|gràcies|grazas|eskerrik asko|cheers|fdo\.?|firmado)"
    r"(?:\s+(?:cordial|cordiales|cordials|cordiais))?[\s,.:]+",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"^\W*(?:hola|ola|kaixo|hello|hi|dear|estimad\w+|benvolgu\w+|querid\w+|buen[oa]s|bon dia|bona tarda|bos d[ií]as"
    r"|boas tardes|egun on|arratsalde on|good (?:morning|afternoon))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """Who wrote it, and by what it was told: `address`, `name`, `signature`, or nothing of all that."""

    agent: str | None = None
    how: str = "shared mailbox"


def credit(message: Message, people: Mapping[str, AgentSettings], team: Collection[str]) -> Credit:
    """The one of us who wrote a mail. An address of theirs in From, Sender or Reply-To, then the name in From, tell anybody of the
    house; a signature tells somebody of the case's team alone. Two who could be meant are nobody."""
    by_address = _by_address(message, people)
    if by_address:
        return Credit(agent=by_address, how="address")
    by_name = _only([agent for agent in people if _matches(message.author.name, _names(agent, people[agent]))])
    if by_name:
        return Credit(agent=by_name, how="name")
    mates = {agent: people[agent] for agent in people if agent in team}
    signed = _only(list(_signed(message, mates)))
    return Credit(agent=signed, how="signature") if signed else Credit()


def _by_address(message: Message, people: Mapping[str, AgentSettings]) -> str | None:
    parties: tuple[Party, ...] = (message.author, *message.shared, *message.reply_to)
    for party in parties:
        found = _only([agent for agent, one in people.items() if one.email and one.email == party.address])
        if found:
            return found
    return None


def _signed(message: Message, people: Mapping[str, AgentSettings]) -> Iterator[str]:
    """Whoever the last lines name, by the first name too. A name that the customer has as well may be the customer's."""
    lines = [line.strip() for line in message.reply_text.splitlines() if line.strip() and not line.startswith(">")]
    said = [line for line in lines[-_LAST_LINES:] if len(line) <= _LONGEST and not _GREETING.match(line)]
    theirs = _folded(message.customer.name).split()
    for agent, settings in people.items():
        called = {*_names(agent, settings), _folded(settings.name).partition(" ")[0]} - {""}
        names = {name for name in called if not set(name.split()) & set(theirs)}
        if any(_matches(line, names) for line in said):
            yield agent


def _matches(text: str, names: Collection[str]) -> bool:
    """Whether a text is such a name, whole or between separators, after a closing or before a surname."""
    pieces = [text, *_SEPARATORS.split(text), _CLOSINGS.sub("", text)]
    return any(_folded(piece) in names or _begins(piece, names) for piece in pieces)


def _begins(piece: str, names: Collection[str]) -> bool:
    """`Ana García López` is Ana García."""
    words = _folded(piece).split()
    return 2 < len(words) <= 4 and " ".join(words[:2]) in names


def _names(agent: str, settings: AgentSettings) -> set[str]:
    return {name for name in (_folded(settings.name), _folded(agent)) if name}


def _folded(text: str) -> str:
    """Without case, accents and what is no letter, so that "ANA  garcia." is Ana García."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(one))
    return " ".join(re.findall(r"\w+", plain))


def _only(found: list[str]) -> str | None:
    return found[0] if len(found) == 1 else None
