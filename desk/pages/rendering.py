"""Draws templates: what they can call besides their values, how moments and lengths are said. Knows no page."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from desk.entry.person import Right
from desk.pages.calling import QuickContext
from desk.pages.frame import Frame, frame_of
from desk.pages.saying import deadline_called, promise_called, reason_said
from desk.words import WORDS, say, spoken
from ventanilla.clocks.due import spoken as moment_in_words

if TYPE_CHECKING:
    from desk.pages.page import Visit

HERE = Path(__file__).parent.parent
STATIC = HERE / "static"
# A list has a hundred of these: `format` of markup takes ten times as long as `%`, and both escape what is put in.
_WHEN = Markup('<time datetime="%s" title="%s">%s</time>')
_AGO = Markup('<time datetime="%s" title="%s" data-ago>%s</time>')
_DUE = Markup('<time class="due %s" datetime="%s" title="%s" data-due>%s</time>')
_CSRF = Markup('<input type="hidden" name="csrf" value="%s">')
_NOT_DUE = Markup('<span class="due none">%s</span>')
_UNITS = ((86400, "d"), (3600, "h"), (60, "min"))


class Pencil:
    """Draws for every visit; made once a process."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.context_class = QuickContext
        self._environment.filters.update(length=in_words, quote=lambda text: quote(text, safe=""))

    def draw(self, visit: Visit, template: str, values: Mapping[str, Any]) -> str:
        """A template filled in. It sees `visit`, `person` (None for a stranger), `language`, `now`, what `Hand` does, its values.
        Pieces are imported `with context`: without it they can say nothing."""
        about = {"visit": visit, "person": visit.stranger, "language": visit.language, "now": visit.now}
        hand = Hand(visit, values.get("csrf_token", ""))
        return self._environment.get_template(template).render({**about, **hand.does(), **values})


def in_words(seconds: float | timedelta | None) -> str:
    """A length in its two largest units: "2 d 3 h", "45 min", "30 s"; "–" for none."""
    if seconds is None:
        return "–"
    left = abs(int(seconds.total_seconds() if isinstance(seconds, timedelta) else seconds))
    if left < 60:
        return f"{left} s"
    parts: list[str] = []
    for size, unit in _UNITS:
        count, left = divmod(left, size)
        if count or parts:
            parts.append(f"{count} {unit}" if count else "")
    return " ".join(part for part in parts[:2] if part)


def size_in_words(count: int, language: str) -> str:
    """Bytes as people who read this language say them: "340 KB", "2.1 MB" or "2,1 MB"."""
    if count < 1000:
        return f"{count} B"
    if count < 1_000_000:
        return f"{format_decimal(count / 1000, '0', locale=spoken(language))} KB"
    return f"{format_decimal(count / 1_000_000, '#,##0.0', locale=spoken(language))} MB"


@cache
def static_path(name: str) -> str:
    """The address of a static file below the desk's prefix; it changes when the file does, so that browsers may keep it."""
    return f"static/{name}?v={hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]}"


class Hand:
    """What templates can call, for one visit. Methods of an object rather than functions that look the visit up in Jinja's context:
    inside a loop that sets something Jinja would make that context anew for each call."""

    __slots__ = ("_csrf", "_now", "_prefix", "_visit", "_words", "_zone")

    def __init__(self, visit: Visit, csrf_of_stranger: str) -> None:
        self._visit, self._now = visit, visit.now
        self._prefix, self._zone = visit.desk.prefix, visit.desk.house.zone()
        self._words = WORDS[spoken(visit.language)]
        self._csrf = visit.stranger.csrf if visit.stranger is not None else csrf_of_stranger

    def does(self) -> dict[str, Any]:
        """By the names that templates call them."""
        return {
            "t": self.say,
            "url": self.url,
            "static": self.static,
            "when": self.when,
            "exactly": self.exactly,
            "size": self.size,
            "ago": self.ago,
            "due": self.due,
            "icon": self.icon,
            "csrf": self.csrf,
            "may": self.may,
            "agent_name": self.agent_name,
            "promise_name": self.promise_name,
            "deadline_name": self.deadline_name,
            "because": self.because,
            "frame": self.frame,
        }

    def say(self, key: str, /, **values: object) -> str:
        """One of the desk's texts."""
        return say(self._visit.language, key, **values) if values else self._words[key]

    def url(self, path: str, /, **query: object) -> str:
        """An address of ours."""
        return self._visit.url(path, **query) if query else self._prefix + path

    def static(self, name: str) -> str:
        """Where a static file is."""
        return f"{self._prefix}/{static_path(name)}"

    def icon(self, name: str, *, label: str = "") -> Markup:
        """A picture of static/icons.svg: decoration, or with a label for whoever does not see it."""
        return _drawn_icon(self._prefix, name, label)

    def csrf(self) -> Markup:
        """The hidden field that every form with method="post" must have."""
        return _CSRF % self._csrf

    def may(self, right: str) -> bool:
        """Whether the visitor has this right; a stranger has none."""
        person = self._visit.stranger
        return person is not None and person.has(Right(right))

    def frame(self) -> Frame | None:
        """The visitor's presence and how much waits on them, for what stands around a page; None where they have none."""
        return frame_of(self._visit)

    def agent_name(self, agent: str | None) -> str:
        """What one of our people is called."""
        if not agent:
            return ""
        settings = self._visit.desk.config.agents.get(agent)
        return settings.name or agent if settings else agent

    def promise_name(self, name: str | None) -> str:
        """What a promise is called."""
        return promise_called(self._visit.desk.config, name)

    def deadline_name(self, name: str) -> str:
        """What a deadline of the law is called."""
        return deadline_called(name, self._visit.language)

    def because(self, reason: str | None) -> Markup:
        """Why something was not done, or not at once, in the reader's words where they are ours."""
        return reason_said(reason, self._visit.language)

    def when(self, moment: datetime | None) -> Markup:
        """A moment as people say it in the house's zone ("hoy a las 10:15"), with the exact one behind it."""
        if moment is None:
            return Markup("–")
        said = moment_in_words(moment, self._zone, self._visit.language, now=self._now)
        return _WHEN % (moment.isoformat(), self.exactly(moment), said)

    def exactly(self, moment: datetime | None) -> str:
        """The same to the second: "2026-11-22 10:15:03"."""
        if moment is None:
            return "–"
        return moment.astimezone(self._zone).replace(tzinfo=None).isoformat(" ", "seconds")

    def size(self, count: int) -> str:
        """So many bytes, in words."""
        return size_in_words(count, self._visit.language)

    def ago(self, moment: datetime | None) -> Markup:
        """How long ago something was; the page's script keeps it going (`data-ago`)."""
        if moment is None:
            return Markup("–")
        seconds = max(0.0, (self._now - moment).total_seconds())
        said = self.say("time.now") if seconds < 5 else self.say("time.ago", length=in_words(seconds))
        return _AGO % (moment.isoformat(), self.exactly(moment), said)

    def due(self, moment: datetime | None) -> Markup:
        """What is left until something is due, or how late it is, in words and colour; a script keeps it going (`data-due`)."""
        if moment is None:
            return _NOT_DUE % self.say("time.none")
        left = (moment - self._now).total_seconds()
        kind = "late" if left < 0 else "soon" if left < 3600 else "calm"
        said = self.say("time.late" if left < 0 else "time.left", length=in_words(left))
        return _DUE % (kind, moment.isoformat(), self.exactly(moment), said)


@lru_cache(maxsize=1024)
def _drawn_icon(prefix: str, name: str, label: str) -> Markup:
    said = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    file = f"{prefix}/{static_path('icons.svg')}"
    return Markup('<svg class="icon" {}><use href="{}#{}"/></svg>').format(said, file, name)
