"""Knows what makes no sense in reports that are sent: nobody to get them, no way to, figures of people for anybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from config.draft import Draft
from config.email import EmailSettings
from config.people import AgentSettings
from config.plain import nearest
from config.remark import Key, Remark, warning
from config.reports import ReportSettings

_MAIL = re.compile(r"[^@\s]+@[^@\s]+")


def check_reports(draft: Draft, *, today: date) -> Iterator[Remark]:
    """Each report, and each of those it goes to."""
    seen: dict[str, int] = {}
    for number, report in draft.reports.items():
        key: Key = ("reports", number)
        if (first := seen.setdefault(report.name, number)) != number:
            yield Remark((*key, "name"), f'"{report.name}" is already the name of reports[{first + 1}]')
        for place, to in enumerate(report.to):
            yield from _recipient(draft, report, (*key, "to", place), to, today)


def _recipient(draft: Draft, report: ReportSettings, key: Key, to: str, today: date) -> Iterator[Remark]:
    agent = agent_of(draft.agents, to)
    if agent is None and not _MAIL.fullmatch(to):
        yield Remark(key, f'expected an agent or a mail address, got "{to}"{nearest(to, draft.agents, quote=chr(34))}')
        return
    if agent is not None and not agent.is_here(today):
        yield Remark(key, f"{to} left on {agent.left}; name somebody who is here")
    yield from _way(draft, key, to, agent)
    if "agent" in report.by and (agent is None or not agent.role.sees_everybody):
        yield Remark(key, _not_for_them(to, agent))


def _way(draft: Draft, key: Key, to: str, agent: AgentSettings | None) -> Iterator[Remark]:
    can_mail = _can_mail(draft)
    if agent is None or agent.email:
        if not can_mail:
            yield Remark(
                key, f"{to} gets it by mail, but nothing can send: give a channel an `smtp` server, or set staff.email"
            )
    elif draft.staff.telegram is not None and "telegram" in agent.notify:
        yield warning(key, f"{to} has no `email`, so they get the summary by Telegram, without the page")
    else:
        yield Remark(key, f"{to} has no `email`: give them one (agents.{to}.email), or name a mail address here")


def _not_for_them(to: str, agent: AgentSettings | None) -> str:
    who = "is nobody of the house" if agent is None else f'has role "{agent.role}"'
    return f'{to} {who}: figures by person are for supervisors, admins and auditors; take "agent" out of `by`, or {to} out of `to`'


def agent_of(agents: dict[str, AgentSettings], to: str) -> AgentSettings | None:
    """Whom a recipient means: by their key, or by the address they have."""
    return agents.get(to) or next((one for one in agents.values() if one.email == to.lower()), None)


def _can_mail(draft: Draft) -> bool:
    if draft.staff.email is not None and draft.staff.email.smtp is not None:
        return True
    return any(isinstance(channel, EmailSettings) and channel.smtp for channel in draft.channels.values())
