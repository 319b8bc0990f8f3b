"""Knows what makes no sense in teams and people: nobody who holds the rest, somebody who left, two with one address."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from config.draft import Draft
from config.email import EmailSettings
from config.notice_targets import is_apprise
from config.people import AgentSettings
from config.promises import ESCALATION_WORDS
from config.remark import Remark, warning
from ventanilla.words import Role


def check_people(draft: Draft, *, today: date, thorough: bool) -> Iterator[Remark]:
    """Teams first, then each person. `thorough` tries Apprise addresses (its library takes long to load)."""
    yield from _duty(draft, today)
    yield from _roles(draft)
    yield from _shared_addresses(draft)
    for name, agent in draft.agents.items():
        if name in ESCALATION_WORDS:
            yield Remark(("agents", name), f'"{name}" is a word of its own in `escalate`; give this person another key')
        if agent.is_here(today):
            yield from _notices(draft, name, agent, thorough=thorough)


def _duty(draft: Draft, today: date) -> Iterator[Remark]:
    """Who holds what nobody else can take must be named, and be here: choosing an agent may never end with nobody."""
    for name, team in draft.teams.items():
        key = ("teams", name, "duty")
        if not team.duty:
            somebody = team.members[0] if team.members else "ana"
            yield Remark(key, f'is required: who holds what nobody else can take, such as duty = ["{somebody}"]')
        people = [(number, who, draft.agents[who]) for number, who in enumerate(team.duty) if who in draft.agents]
        for number, who, agent in people:
            if not agent.is_here(today):
                yield Remark((*key, number), f"{who} left on {agent.left}; name somebody who is here")
        leaving = [agent.left for _, _, agent in people if agent.left is not None]
        if people and len(leaving) == len(team.duty) and max(leaving) > today:
            yield warning(key, f"from {max(leaving)} on nobody of this list is here any more; name somebody else too")


def _roles(draft: Draft) -> Iterator[Remark]:
    in_a_team = {who for team in draft.teams.values() for who in (*team.members, *team.duty)}
    for name, agent in draft.agents.items():
        if agent.role is Role.AUDITOR and name in in_a_team:
            yield warning(("agents", name, "role"), "an auditor only looks, but is in a team and would get cases")
        if agent.role is Role.AGENT and agent.left is None and name not in in_a_team:
            yield warning(("agents", name), "is in no team, so nothing is ever assigned to them")
    for name, team in draft.teams.items():
        if team.duty and not team.members:
            yield warning(("teams", name, "members"), "is empty: every case goes to the duty list, beyond capacity")


def _shared_addresses(draft: Draft) -> Iterator[Remark]:
    """One address, one person: an answer to a notice must say who wrote it, and no notice may open a case."""
    ours = {
        address: name
        for name, channel in draft.channels.items()
        if isinstance(channel, EmailSettings)
        for address in channel.addresses()
    }
    seen: dict[str | int, str] = {}
    for name, agent in draft.agents.items():
        for field in ("email", "telegram"):
            address = getattr(agent, field)
            if address is None:
                continue
            other = seen.setdefault(address, name)
            if other != name:
                yield Remark(("agents", name, field), f'{address} already belongs to agent "{other}"')
            if address in ours:
                message = f'{address} is the address of channel "{ours[address]}": a notice would come in as a case'
                yield Remark(("agents", name, field), message)


def _notices(draft: Draft, name: str, agent: AgentSettings, *, thorough: bool) -> Iterator[Remark]:
    reachable = False
    for number, target in enumerate(agent.notify):
        if target == "email":
            reachable |= agent.email is not None and _can_mail(draft)
        elif target == "telegram":
            reachable |= (
                draft.staff.telegram is not None
            )  # by the file's id or by `invite`, once the account has written
        elif "://" not in target or (thorough and not is_apprise(target)):
            yield Remark(("agents", name, "notify", number), _not_a_target(target))
        else:
            reachable = True
    if not reachable:
        yield warning(("agents", name), f"cannot be told about anything: {_cure(draft, agent)}")


def _cure(draft: Draft, agent: AgentSettings) -> str:
    if agent.email is None:
        return "give them an `email`, an Apprise address in `notify`, or the staff a bot (`staff.telegram`)"
    if "email" not in agent.notify:
        return 'add "email" to `notify`'
    return "no channel has an `smtp` server, and `staff.email` has none"


def _can_mail(draft: Draft) -> bool:
    if draft.staff.email is not None and draft.staff.email.smtp is not None:
        return True
    return any(isinstance(channel, EmailSettings) and channel.smtp for channel in draft.channels.values())


def _not_a_target(target: str) -> str:
    """The words for a notice address that is none; an Apprise address carries its password, so only its scheme is shown."""
    scheme, separator, _ = target.partition("://")
    found = f'"{scheme}://…"' if separator else f'"{target}"'
    return f'expected "telegram", "email" or an Apprise address such as "ntfys://host/topic", got {found}'
