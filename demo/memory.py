"""What the town's customers remember: who has written, in which thread, and what they would still add. Sends nothing."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field, replace

from demo.letters import Stamp, Thread
from demo.people import Person, somebody
from demo.questions import Question, question

_SPANISH = 0.65


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A customer's side of one case. `more` is what they have not said yet."""

    person: Person
    thread: Thread
    more: str


@dataclass(slots=True)
class Memory:
    """Everybody who has written so far. Who comes next is drawn from `rng`."""

    rng: random.Random
    _conversations: dict[str, Conversation] = field(default_factory=dict)
    _asked: Counter[str] = field(default_factory=Counter)

    def newcomer(self) -> Person:
        """Somebody who has not written yet."""
        language = "es" if self.rng.random() < _SPANISH else "en"
        known = frozenset(each.person.address for each in self._conversations.values())
        return somebody(self.rng, language, known=known)

    def question_of(self, person: Person) -> Question:
        """Something to ask that few have asked."""
        return question(self.rng, person.language, asked=self._asked)

    def remember(self, person: Person, asked: Question, stamp: Stamp) -> None:
        """This person has asked this in a new mail."""
        thread = Thread(ids=[stamp.message_id], subject=asked.subject, author=person.name, text=asked.text)
        self._conversations[stamp.message_id] = Conversation(person=person, thread=thread, more=asked.more)

    def add(self, conversation: Conversation, stamp: Stamp) -> None:
        """This person has said what was left to say."""
        first = conversation.thread.ids[0]
        thread = replace(conversation.thread, ids=[*conversation.thread.ids[:10], stamp.message_id])
        self._conversations[first] = replace(conversation, thread=thread, more="")

    def unfinished(self) -> Conversation | None:
        """Somebody who has more to say, rather one of those who wrote lately; None when nobody has."""
        waiting = [each for each in self._conversations.values() if each.more]
        return self.rng.choice(waiting[-6:]) if waiting else None

    def anybody(self) -> Conversation | None:
        """Somebody who has written; None when nobody has."""
        return self.rng.choice(list(self._conversations.values())) if self._conversations else None
