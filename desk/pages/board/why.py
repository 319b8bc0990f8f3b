"""Why a case is whose it is, as a page: the document that `ventanilla explain` prints. Changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from starlette.responses import Response

from config.schema import Config
from desk.entry.person import Right
from desk.entry.seeing import may_see, visible_keys
from desk.entry.trail import note_look
from desk.pages.page import NotFound, Page, Visit
from desk.words import WORDS
from reports.explaining.whole import CHOICES, explanation
from router.texts import reason_in_words
from ventanilla.keys import read_key
from ventanilla.store.conversations import case_by_key
from ventanilla.store.tables import config_versions
from ventanilla.store.views.cases import case_rows
from ventanilla.words import LookedAt


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """The file in force, for where its rules stand now."""

    config: Config
    rules_at: tuple[str, ...]


def why(visit: Visit) -> Response:
    """Every decision about a case that they may see."""
    key = read_key(visit.place("key"))
    with visit.desk.store.read() as connection:
        found = case_by_key(connection, key) if key else None
        if found is None or not may_see(connection, visit.person, found.id):
            raise NotFound
        told = explanation(connection, case_rows(connection, [found.key])[found.key], _in_force(visit, connection))
        beside = visible_keys(connection, visit.person, (one["key"] for one in told["beside"]))
    told = {**told, "beside": [one for one in told["beside"] if one["key"] in beside]}
    note_look(visit, LookedAt.CASE, case_id=found.id, detail={"part": "why"})
    return visit.render("board/why.html", told=told, **_saying(visit))


def to_why(visit: Visit) -> Response:
    """The same under the board's address."""
    key = read_key(visit.place("key"))
    if key is None:
        raise NotFound
    return visit.go(f"/cases/{key}/why")


def _in_force(visit: Visit, connection: sa.Connection) -> InForce:
    house = visit.desk.house
    content = connection.scalar(sa.select(config_versions.c.content).where(config_versions.c.id == house.version))
    return InForce(config=house.config, rules_at=tuple((content or {}).get("rules_at", ())))


def _saying(visit: Visit) -> dict[str, Any]:
    """What turns the document's codes into this person's words; a code without words stands for itself."""

    def coded(kind: str, code: str | None) -> str:
        known = f"board.{kind}.{code}"
        return visit.say(known) if known in WORDS[visit.language] else str(code or "")

    def called(agent: str) -> str:
        known = visit.desk.config.agents.get(agent)
        return known.name or agent if known is not None else agent

    def how(text: str) -> str:
        """How a message found its case: what the router wrote down, in Spanish where it is known."""
        return coded("how", text.replace(" ", "_").replace("'", ""))

    def released(code: str) -> str:
        return visit.say("board.released_other") if code in CHOICES else reason_in_words(visit.language, code)

    return {
        "coded": coded,
        "how": how,
        "released": released,
        "reason": lambda code: reason_in_words(visit.language, code),
        "decided": _listed,
        "meant_for": _listed,
        "names": lambda agents: ", ".join(called(agent) for agent in agents) or visit.say("board.nobody"),
    }


def _listed(values: Mapping[str, Any]) -> str:
    """Settings as the file has them: "team ventas; kind claim, complaint"."""
    parts = (
        (name, ", ".join(map(str, value)) if isinstance(value, list) else str(value)) for name, value in values.items()
    )
    return "; ".join(f"{name} {value}" for name, value in parts)


PAGES = (
    Page(path="/cases/{key}/why", view=why),
    Page(path="/board/explain/{key}", view=to_why, right=Right.OVERSEE),
)
