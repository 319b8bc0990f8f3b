"""The pages that say why something is not to be had: what was refused, and what can be done instead."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from starlette.responses import Response

from desk.addresses import is_ours
from desk.pages.page import Visit
from desk.words import WORDS
from desk.words import spoken as spoken_language
from router.moves.refusals import Refused
from router.texts.reasons import reason_in
from ventanilla.clocks.due import spoken


def wrong(
    visit: Visit, code: str, *, status: int, refused: Refused | None = None, detail: str = "", **values: object
) -> Response:
    """A page that says what is wrong. `refused` is a move that could not be, said in the desk's own words."""
    if refused is not None:
        title, why = visit.say("wrong.refused"), refusal_in_words(visit, refused)
    else:
        title = visit.say(f"wrong.{code}")
        why = detail or (visit.say(f"wrong.{code}_why", **values) if _has(visit, f"wrong.{code}_why") else "")
    return visit.render("wrong.html", status=status, title=title, why=why, code=code, back=_where_from(visit))


def _where_from(visit: Visit) -> str:
    """The page of ours that the browser came from; the first one where that is unknown or this very address."""
    request, prefix = visit.request, visit.desk.prefix
    came = urlsplit(request.headers.get("referer", ""))
    back = came.path.removeprefix(prefix) + (f"?{came.query}" if came.query else "")
    is_known = came.netloc == request.headers.get("host") and came.path != request.url.path and is_ours(back)
    return back if is_known else "/"


def refusal_in_words(visit: Visit, refused: Refused) -> str:
    """Why a move could not be, in this person's language (desk/words/refusals.py)."""
    key = f"refused.{refused.code}"
    return visit.say(key, **_said(visit, refused.values)) if _has(visit, key) else str(refused)


def _said(visit: Visit, values: Mapping[str, str]) -> dict[str, str]:
    """The values of a refusal as the desk says them: states and kinds in words, people by their names, a moment as one says it."""
    said = dict(values)
    for name in ("state", "kind"):
        if name in said and _has(visit, f"{name}.{said[name]}"):
            said[name] = visit.say(f"{name}.{said[name]}")
    for name in ("agent", "owner"):
        settings = visit.desk.config.agents.get(said.get(name, ""))
        if settings is not None and settings.name:
            said[name] = settings.name
    if "reason" in said:
        said["reason"] = reason_in(spoken_language(visit.language), said["reason"]) or said["reason"]
    if "at" in said:
        said["when"] = spoken(
            datetime.fromisoformat(said["at"]), visit.desk.house.zone(), visit.language, now=visit.now
        )
    return said


def _has(visit: Visit, key: str) -> bool:
    return key in WORDS[visit.language]
