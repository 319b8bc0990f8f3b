"""Knows how to make tables into settings one by one, so that a mistake in one does not hide the mistakes in the others."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from config.base import Settings
from config.calendars import CalendarSettings
from config.channel import ChannelSettings
from config.kinds import read_channel
from config.people import AgentSettings, TeamSettings
from config.pieces import NAMED, SINGLE, Piece, Pieces
from config.promises import PromiseSettings
from config.remark import Key, Remark
from config.reports import ReportSettings
from config.rules import Rule
from config.schema import Config
from config.service import ServiceSettings
from config.staff import StaffSettings
from config.webhooks import WebhookSettings

_CLASSES: dict[str, type[Settings]] = {
    "teams": TeamSettings,
    "agents": AgentSettings,
    "calendars": CalendarSettings,
    "promises": PromiseSettings,
    "rules": Rule,
    "reports": ReportSettings,
    "webhooks": WebhookSettings,
}


@dataclass(slots=True)
class Draft:
    """The tables that are right in themselves, and what is wrong with the others."""

    single: dict[str, Settings] = field(default_factory=dict)
    channels: dict[str, ChannelSettings] = field(default_factory=dict)
    teams: dict[str, TeamSettings] = field(default_factory=dict)
    agents: dict[str, AgentSettings] = field(default_factory=dict)
    calendars: dict[str, CalendarSettings] = field(default_factory=dict)
    promises: dict[str, PromiseSettings] = field(default_factory=dict)
    rules: dict[int, Rule] = field(default_factory=dict)
    reports: dict[int, ReportSettings] = field(default_factory=dict)
    webhooks: dict[str, WebhookSettings] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)

    @property
    def staff(self) -> StaffSettings:
        """[staff], or its defaults while it is wrong."""
        staff = self.single.get("staff")
        return staff if isinstance(staff, StaffSettings) else StaffSettings()

    def zone(self) -> ZoneInfo:
        """The service's zone, or UTC while [service] is wrong."""
        service = self.single.get("service")
        return ZoneInfo(service.timezone if isinstance(service, ServiceSettings) else "UTC")

    def tables(self) -> list[tuple[Key, Settings]]:
        """Every table with its key."""
        named = ("channels", "teams", "agents", "calendars", "promises", "rules", "reports", "webhooks")
        return [((name,), table) for name, table in self.single.items()] + [
            ((section, name), table) for section in named for name, table in getattr(self, section).items()
        ]

    def config(self) -> Config:
        """The whole, once every table is right."""
        named = {name: getattr(self, name) for name in NAMED}
        listed = {"rules": tuple(self.rules.values()), "reports": tuple(self.reports.values())}
        return Config.model_construct(None, **self.single, **named, **listed)


def read_draft(pieces: Pieces) -> Draft:
    """Make every table into settings. Raises nothing: what is wrong stands in `remarks`."""
    draft = Draft()
    for name in SINGLE:
        value = _read(draft, pieces, pieces.get((name,)), name)
        if value is not None:
            draft.single[name] = value
    for piece in pieces:
        if len(piece.key) == 2 and _is_name(draft, piece):
            section = str(piece.key[0])
            value = _read(draft, pieces, piece, section)
            if value is not None:
                getattr(draft, section)[piece.key[1]] = value
    return draft


def _is_name(draft: Draft, piece: Piece) -> bool:
    """Whether a table's name can be typed in a command and shown in a list."""
    name = piece.key[1]
    if isinstance(name, int) or re.fullmatch(r"\w[\w-]{0,63}", name):
        return True
    draft.remarks.append(Remark(piece.key, "expected a name of up to 64 letters, digits, - and _"))
    return False


def _read(draft: Draft, pieces: Pieces, piece: Piece | None, section: str) -> Settings | None:
    key = (section,) if piece is None else piece.key
    folder = (piece.source if piece else pieces.main).folder
    try:
        return _settings(section, _filled(draft, key, {} if piece is None else piece.value), {"folder": folder})
    except ValidationError as error:
        draft.remarks += [
            Remark((*key, *_place(each["loc"])), each["ctx"]["text"] if each["type"] == "plain" else each["msg"])
            for each in error.errors(include_url=False)
        ]
        return None


def _settings(section: str, value: Any, context: dict[str, object]) -> Settings:
    if section == "channels":
        return read_channel(value, context)
    if section in _CLASSES:
        return _CLASSES[section].model_validate(value, context=context)
    table: type[Settings] = Config.model_fields[section].annotation  # type: ignore[assignment]
    return table.model_validate(value, context=context)


def _filled(draft: Draft, key: Key, value: Any) -> Any:
    """A table with what it takes from elsewhere: a person's name from their key, a calendar's zone from the service."""
    if not isinstance(value, dict):
        return value
    service = draft.single.get("service")
    if key[0] == "agents":
        return {"name": str(key[1]).capitalize(), **value}
    if key[0] == "calendars" and isinstance(service, ServiceSettings):
        return {"timezone": service.timezone, **value}
    return value


def _place(loc: tuple[str | int, ...]) -> Key:
    """Pydantic's place without its own words for the branches of a choice and for dictionary keys."""
    return tuple(part for part in loc if isinstance(part, int) or not re.search(r"[\[\]()]", part))
