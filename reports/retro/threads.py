"""Puts the mails of the past into conversations, by their ids and, where those lead nowhere, by party and subject. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from ventanilla.old_mail import OldMail
from ventanilla.words import Direction

SAME_TOPIC = timedelta(days=30)
"""Mails with one party under one subject belong together while no longer than this lies between them."""


@dataclass(slots=True, kw_only=True)
class Talk:
    """One conversation: its mails in the order of their time."""

    mails: list[OldMail] = field(default_factory=list)


def conversations(mails: Iterable[OldMail]) -> list[Talk]:
    """Every mail that counts, in exactly one conversation; conversations in the order of their first mail.

    A mail belongs to the conversation of any mail that it names or that names it; else to the newest one with the same party
    under the same subject, if its last mail is not older than SAME_TOPIC (but a customer who writes anew, not "Re:", after
    our answer begins a new one). A copy of the same mail in two folders counts once.
    """
    return _Threads(_in_order(mails)).talks()


def _in_order(mails: Iterable[OldMail]) -> list[OldMail]:
    """By time; on a tie the question is first. An answer is not earlier than what it answers, whatever its writer's clock said."""
    counted: list[OldMail] = []
    seen: set[tuple[Direction, int]] = set()
    for mail in mails:
        if mail.counts and (not mail.own_id or (mail.direction, mail.own_id) not in seen):
            seen.add((mail.direction, mail.own_id))
            counted.append(mail)
    came: dict[int, datetime] = {one.own_id: one.at for one in counted if one.direction is Direction.IN and one.own_id}
    placed = [_not_before(one, came) if one.direction is Direction.OUT else one for one in counted]
    return sorted(placed, key=lambda one: (one.at, one.direction is Direction.OUT))


def _not_before(answer: OldMail, came: dict[int, datetime]) -> OldMail:
    parent = max((came[ref] for ref in answer.refs[-1:] if ref in came), default=answer.at)
    return answer if parent <= answer.at else replace(answer, at=parent)


class _Threads:
    """Union of mails by what they name."""

    def __init__(self, mails: Sequence[OldMail]) -> None:
        self._mails = mails
        self._parent = list(range(len(mails)))
        self._by_id: dict[int, int] = {}
        self._newest: dict[tuple[str, str], int] = {}
        named = self._join_by_ids()
        self._join_by_topic(named)

    def talks(self) -> list[Talk]:
        """The conversations."""
        found: dict[int, Talk] = {}
        for number, mail in enumerate(self._mails):
            found.setdefault(self._root(number), Talk()).mails.append(mail)
        return list(found.values())

    def _join_by_ids(self) -> list[bool]:
        """Mails of one thread together; which of them name another that is there."""
        linked = [False] * len(self._mails)
        owner = {mail.own_id: number for number, mail in enumerate(self._mails) if mail.own_id}
        for number, mail in enumerate(self._mails):
            for ref in (mail.own_id, *mail.refs):
                if not ref:
                    continue
                other = self._by_id.setdefault(ref, number)
                self._join(other, number)
                if ref != mail.own_id and ref in owner and owner[ref] != number:
                    linked[number] = True
        return linked

    def _join_by_topic(self, linked: Sequence[bool]) -> None:
        for number, mail in enumerate(self._mails):
            keys = [(other, mail.topic) for other in mail.others]
            if not linked[number]:
                for key in keys:
                    other = self._newest.get(key)
                    if other is not None and self._goes_on(mail, self._mails[other]):
                        self._join(other, number)
                        break
            for key in keys:
                self._newest[key] = number

    def _goes_on(self, mail: OldMail, before: OldMail) -> bool:
        """Whether a mail without a thread goes on with this one. Who writes anew after our answer begins something new."""
        if mail.at - before.at > SAME_TOPIC:
            return False
        is_new = mail.direction is Direction.IN and not mail.refs and mail.subject.strip().casefold() == mail.topic
        return not (is_new and before.direction is Direction.OUT)

    def _root(self, number: int) -> int:
        while self._parent[number] != number:
            self._parent[number] = self._parent[self._parent[number]]
            number = self._parent[number]
        return number

    def _join(self, one: int, other: int) -> None:
        first, second = sorted((self._root(one), self._root(other)))
        self._parent[second] = first
