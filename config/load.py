"""Knows how an admin's file becomes a Config: read, put together, checked, and every problem told at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from config.available import CHANNEL_KINDS
from config.check_calendars import check_calendars, check_zone
from config.check_channels import check_channels
from config.check_choice import check_choice
from config.check_decisions import check_available, check_name, check_promises, check_staff
from config.check_law import check_law
from config.check_people import check_people
from config.check_plugins import check_plugins
from config.check_reports import check_reports
from config.check_retention import check_retention
from config.check_rules import check_rules
from config.check_secrets import check_secrets
from config.check_staff_bot import check_staff_bot
from config.check_staff_mail import check_staff_mail
from config.check_web import check_web
from config.check_webhooks import check_webhooks
from config.draft import Draft, read_draft
from config.pieces import Pieces
from config.references import check_references
from config.remark import Remark
from config.schema import Config
from config.sources import fingerprint, read_sources
from ventanilla.errors import ConfigError, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A file that can be used: its settings, what is odd about it, and which bytes it was.

    `path` is the main file as it was named, `files` all of them, `sha256` (hex) covers their bytes in that order. `rules_at`
    says where each rule stands, seen from the main file's folder: "ventanilla.toml:41".
    """

    config: Config
    warnings: tuple[Problem, ...]
    path: Path
    files: tuple[Path, ...]
    sha256: str
    rules_at: tuple[str, ...] = ()


def load_config(
    path: Path | str,
    *,
    available_kinds: Collection[str] = CHANNEL_KINDS,
    today: date | None = None,
    thorough: bool = True,
) -> Loaded:
    """Read and check a file and all that it includes. Raises ConfigError with every problem at once, in the file's order.

    `available_kinds` are the channel kinds that this version has a connector for. `today` decides who has left (now in the
    service's zone when not given). Without `thorough` nothing slow is loaded: countries, regions and Apprise addresses are
    taken as they are, for commands that only look at a file that was checked when it was applied.
    """
    sources = read_sources(Path(path))
    pieces = Pieces(sources)
    draft = read_draft(pieces)
    today = today or datetime.now(draft.zone()).date()
    checks = _checks(draft, pieces, kinds=available_kinds, today=today, thorough=thorough)
    remarks = [*draft.remarks, *checks]
    problems = [*pieces.problems, *(pieces.located(each) for each in remarks if not each.is_warning)]
    if problems:
        raise ConfigError(_in_order(problems, pieces))
    warnings = [pieces.located(each) for each in remarks if each.is_warning]
    return Loaded(
        config=draft.config(),
        warnings=_in_order(warnings, pieces),
        path=Path(path),
        files=tuple(source.path for source in sources),
        sha256=fingerprint(sources),
        rules_at=pieces.places_of("rules"),
    )


def _checks(draft: Draft, pieces: Pieces, *, kinds: Collection[str], today: date, thorough: bool) -> Iterator[Remark]:
    yield from check_references(pieces)
    yield from check_channels(draft, available_kinds=kinds)
    yield from check_people(draft, today=today, thorough=thorough)
    yield from check_calendars(draft, thorough=thorough)
    yield from check_zone(draft)
    yield from check_staff(draft)
    yield from check_staff_bot(draft)
    yield from check_staff_mail(draft)
    yield from check_web(draft)
    yield from check_webhooks(draft)
    yield from check_promises(draft)
    yield from check_law(draft, today=today)
    yield from check_choice(draft)
    yield from check_reports(draft, today=today)
    yield from check_retention(draft)
    yield from check_rules(draft, pieces, today=today, thorough=thorough)
    if thorough:  # a command that only looks needs no mailbox's password and no other package
        yield from check_secrets(draft, pieces)
        yield from check_plugins(draft)
    yield from check_available(draft)
    yield from check_name(pieces)


def _in_order(problems: list[Problem], pieces: Pieces) -> tuple[Problem, ...]:
    """By file and line, each said once."""
    order = {str(source.path): number for number, source in enumerate(pieces.sources)}
    return tuple(sorted(dict.fromkeys(problems), key=lambda each: (order.get(each.file, 0), each.line or 0)))
