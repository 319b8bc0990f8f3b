"""Which desktop notices are due to whom, at most one a case and minute, and what they say. Sends nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from desk.entry.person import Person
from desk.live.topics import Happening, Occasion, occasion_of
from desk.room import Desk
from desk.words import say
from ventanilla.store.recent_events import message_texts

APART = timedelta(minutes=1)
SUBJECT = 80
_ORDER = list(Occasion)


@dataclass(frozen=True, slots=True)
class Due:
    """One notice to one of our people, in the language that a browser of theirs reads."""

    agent: str
    language: str
    occasion: Occasion
    happening: Happening


@dataclass(slots=True)
class Notices:
    """What one process has told. Used by one event loop; `write` in a thread."""

    _last: dict[tuple[str, int], datetime] = field(default_factory=dict)

    def choose(self, happenings: Sequence[Happening], people: Iterable[Person], *, now: datetime) -> list[Due]:
        """The notices due to these people, each case's most telling one, unless it was told of within a minute."""
        self._last = {key: at for key, at in self._last.items() if now - at < APART}
        readers = {(person.agent, person.language): person for person in people if _wants(person)}
        chosen: dict[tuple[str, str, int], Due] = {}
        for happening in happenings:
            for person in readers.values():
                occasion = occasion_of(happening, person)
                if occasion is None or happening.case is None or (person.agent, happening.case.id) in self._last:
                    continue
                key = (person.agent, person.language, happening.case.id)
                if key not in chosen or _ORDER.index(occasion) < _ORDER.index(chosen[key].occasion):
                    chosen[key] = Due(person.agent, person.language, occasion, happening)
        self._last.update({(agent, case): now for agent, _, case in chosen})
        return list(chosen.values())

    def write(self, desk: Desk, wanted: Sequence[Due]) -> Mapping[tuple[str, str], tuple[Mapping[str, Any], ...]]:
        """What each says, by agent and language. Customers' text only where the file lets notices carry it."""
        texts: Mapping[int, str] = {}
        may_quote = desk.config.staff.notice_body == "excerpt"
        ids = [due.happening.message_id for due in wanted if due.happening.message_id and not _subject(due.happening)]
        if may_quote and ids:
            with desk.store.read() as connection:
                texts = message_texts(connection, ids)
        made: dict[tuple[str, str], tuple[Mapping[str, Any], ...]] = {}
        for due in wanted:
            quoted = (_subject(due.happening) or texts.get(due.happening.message_id or 0, "")) if may_quote else ""
            made[due.agent, due.language] = (*made.get((due.agent, due.language), ()), _notice(due, quoted))
        return made


def _notice(due: Due, quoted: str) -> Mapping[str, Any]:
    key = due.happening.case.key if due.happening.case is not None else ""
    said = say(due.language, f"live.notice_{due.occasion}", key=key)
    return {"key": key, "occasion": str(due.occasion), "title": said, "body": " ".join(quoted.split())[:SUBJECT]}


def _subject(happening: Happening) -> str:
    return happening.case.subject if happening.case is not None else ""


def _wants(person: Person) -> bool:
    """Unless they have turned them off (/account); the browser asks besides."""
    return person.preferences.get("notifications") not in (False, "off", "no", "0", "")
