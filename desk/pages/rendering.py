"""Draws templates: what they can call besides their values, how moments and lengths are said. Knows no page."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from desk.entry.person import Right
from desk.pages.frame import Frame, frame_of
from desk.words import say
from ventanilla.clocks.due import spoken as moment_in_words

if TYPE_CHECKING:
    from desk.pages.page import Visit

HERE = Path(__file__).parent.parent
STATIC = HERE / "static"
# A list has a hundred of these: `format` of markup takes ten times as long as `%`, and both escape what is put in.
_WHEN = Markup('<time datetime="%s" title="%s">%s</time>')
_AGO = Markup('<time datetime="%s" title="%s" data-ago>%s</time>')
_DUE = Markup('<time class="due %s" datetime="%s" title="%s" data-due>%s</time>')
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
        self._environment.globals.update(
            t=_say,
            url=_url,
            static=_static,
            when=_when,
            exactly=_exactly,
            ago=_ago,
            due=_due,
            icon=_icon,
            csrf=_csrf,
            may=_may,
            agent_name=_agent_name,
            frame=_frame,
        )
        self._environment.filters.update(length=in_words, size=size_in_words, quote=lambda text: quote(text, safe=""))

    def draw(self, visit: Visit, template: str, values: Mapping[str, Any]) -> str:
        """A template filled in. It sees `visit`, `person` (None for a stranger), `language`, `now` and its values."""
        about = {"visit": visit, "person": visit.stranger, "language": visit.language, "now": visit.now}
        return self._environment.get_template(template).render({**about, **values})


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


def size_in_words(count: int) -> str:
    """Bytes as people say them: "340 KB", "2.1 MB"."""
    if count < 1000:
        return f"{count} B"
    return f"{count / 1000:.0f} KB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


@cache
def static_path(name: str) -> str:
    """The address of a static file below the desk's prefix; it changes when the file does, so that browsers may keep it."""
    return f"static/{name}?v={hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]}"


def _visit(context: Context) -> Visit:
    visit: Visit = context["visit"]
    return visit


@pass_context
def _say(context: Context, key: str, /, **values: object) -> str:
    return say(_visit(context).language, key, **values)


@pass_context
def _url(context: Context, path: str, /, **query: object) -> str:
    return _visit(context).url(path, **query)


@pass_context
def _static(context: Context, name: str) -> str:
    return f"{_visit(context).desk.prefix}/{static_path(name)}"


@pass_context
def _icon(context: Context, name: str, *, label: str = "") -> Markup:
    """A picture of static/icons.svg: decoration, or with a label for whoever does not see it."""
    return _drawn_icon(_static(context, "icons.svg"), name, label)


@lru_cache(maxsize=1024)
def _drawn_icon(file: str, name: str, label: str) -> Markup:
    said = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup('<svg class="icon" {}><use href="{}#{}"/></svg>').format(said, file, name)


@pass_context
def _csrf(context: Context) -> Markup:
    """The hidden field that every form with method="post" must have."""
    person = context["person"]
    return Markup('<input type="hidden" name="csrf" value="{}">').format(
        person.csrf if person else context["csrf_token"]
    )


@pass_context
def _may(context: Context, right: str) -> bool:
    person = context["person"]
    return person is not None and person.has(Right(right))


@pass_context
def _frame(context: Context) -> Frame | None:
    """The visitor's presence and how much waits on them, for what stands around a page; None where they have none."""
    return frame_of(_visit(context))


@pass_context
def _agent_name(context: Context, agent: str | None) -> str:
    """What one of our people is called."""
    if not agent:
        return ""
    settings = _visit(context).desk.config.agents.get(agent)
    return settings.name or agent if settings else agent


@pass_context
def _when(context: Context, moment: datetime | None) -> Markup:
    """A moment as people say it in the house's zone ("hoy a las 10:15"), with the exact one behind it."""
    if moment is None:
        return Markup("–")
    visit = _visit(context)
    said = moment_in_words(moment, visit.desk.house.zone(), visit.language, now=visit.now)
    return _WHEN % (moment.isoformat(), _exactly(context, moment), said)


@pass_context
def _exactly(context: Context, moment: datetime | None) -> str:
    """The same to the second: "2026-11-22 10:15:03"."""
    if moment is None:
        return "–"
    return moment.astimezone(_visit(context).desk.house.zone()).replace(tzinfo=None).isoformat(" ", "seconds")


@pass_context
def _ago(context: Context, moment: datetime | None) -> Markup:
    """How long ago something was; the page's script keeps it going (`data-ago`)."""
    if moment is None:
        return Markup("–")
    visit = _visit(context)
    seconds = max(0.0, (visit.now - moment).total_seconds())
    said = visit.say("time.now") if seconds < 5 else visit.say("time.ago", length=in_words(seconds))
    return _AGO % (moment.isoformat(), _exactly(context, moment), said)


@pass_context
def _due(context: Context, moment: datetime | None) -> Markup:
    """What is left until something is due, or how late it is, in words and colour; a script keeps it going (`data-due`)."""
    visit = _visit(context)
    if moment is None:
        return _NOT_DUE % visit.say("time.none")
    left = (moment - visit.now).total_seconds()
    kind = "late" if left < 0 else "soon" if left < 3600 else "calm"
    key = "time.late" if left < 0 else "time.left"
    return _DUE % (kind, moment.isoformat(), _exactly(context, moment), visit.say(key, length=in_words(left)))
