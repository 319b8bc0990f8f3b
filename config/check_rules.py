"""Knows what makes no sense in rules: some that can never do anything, demands that nobody meets, expressions without end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from config.draft import Draft
from config.expressions import probe_that_is_too_slow
from config.pieces import Pieces
from config.plain import nearest
from config.promises import default_promise
from config.remark import Key, Remark, warning
from config.rule_logic import Ground, contradiction, decided_before
from config.rules import Rule
from config.values import LANGUAGES

_CUT_SHORT = re.compile(r"\+\d{1,6}")


def check_rules(draft: Draft, pieces: Pieces, *, today: date, thorough: bool) -> Iterator[Remark]:
    """Each rule by itself, then what the others leave of it. `thorough` also tries the expressions."""
    for number, rule in draft.rules.items():
        key = ("rules", number)
        yield from _decision(draft, key, rule, today)
        yield from _cut_short(key, rule)
        yield from _languages(key, rule)
        yield from _demands(draft, key, rule, today)
        if thorough:
            yield from _slow(key, rule)
    if len(draft.rules) == len(pieces.values("rules")):  # with one of them unread, nothing is certain
        yield from _useless(draft, pieces)


def _decision(draft: Draft, key: Key, rule: Rule, today: date) -> Iterator[Remark]:
    """A rule must decide something, and not for somebody who left."""
    if not rule.then.model_fields_set:
        yield Remark((*key, "then"), "decides nothing: set `team`, `kind`, `priority`, …")
    elif not rule.then.decided():
        yield warning((*key, "then"), "decides nothing: what it names is empty")
    agent = draft.agents.get(rule.then.agent or "")
    if agent is not None and not agent.is_here(today):
        yield Remark((*key, "then", "agent"), f"{rule.then.agent} left on {agent.left}")


def _cut_short(key: Key, rule: Rule) -> Iterator[Remark]:
    for sender in rule.when.sender:
        if _CUT_SHORT.fullmatch(sender):
            yield warning((*key, "when", "sender"), f'no number is "{sender}"; "{sender}*" is each that begins so')


def _languages(key: Key, rule: Rule) -> Iterator[Remark]:
    for part, codes in (("when", rule.when.language), ("then", rule.then.languages)):
        for code in codes:
            if code.partition("-")[0] not in LANGUAGES and not _is_language(code):
                place = (*key, part, "language" if part == "when" else "languages")
                yield warning(place, f'no language has the code "{code}"{nearest(code, LANGUAGES, quote=chr(34))}')


def _is_language(code: str) -> bool:
    from babel import Locale  # only for a language that is none of ours

    return code.partition("-")[0] in Locale("en").languages


def _demands(draft: Draft, key: Key, rule: Rule, today: date) -> Iterator[Remark]:
    """What nobody in any team has keeps its cases on the duty list for ever."""
    members = {name for team in draft.teams.values() for name in team.members}
    people = [agent for name, agent in draft.agents.items() if name in members and agent.is_here(today)]
    if not people:
        return
    skills = {skill for agent in people for skill in agent.skills}
    spoken = {language.partition("-")[0] for agent in people for language in agent.languages}
    yield from _unmet(key, "skills", rule.then.skills, skills)
    yield from _unmet(key, "languages", [code.partition("-")[0] for code in rule.then.languages], spoken)


def _unmet(key: Key, name: str, wanted: Iterable[str], had: set[str]) -> Iterator[Remark]:
    for one in wanted:
        if one not in had:
            message = f'nobody in a team has "{one}" among their `{name}`: the duty list will hold such cases'
            yield warning((*key, "then", name), message)


def _slow(key: Key, rule: Rule) -> Iterator[Remark]:
    for name, pattern in (("subject", rule.when.subject), ("text", rule.when.text)):
        probe = None if pattern is None else probe_that_is_too_slow(pattern)
        if probe is not None:
            start = "".join(letter if letter.isprintable() else "?" for letter in probe[:12])
            yield warning(
                (*key, "when", name),
                f'takes more than 0.2 s over a text such as "{start}…" ({len(probe):,} characters), which then counts as no '
                "match; avoid repeating what is repeated already, as in (a+)+ or (a|aa)*",
            )


def _useless(draft: Draft, pieces: Pieces) -> Iterator[Remark]:
    rules = [draft.rules[number] for number in sorted(draft.rules)]
    ground, places = _ground(draft), pieces.places_of("rules")
    for place in range(len(rules)):
        excluded = contradiction(rules, place, ground)
        if excluded is not None:
            condition, why = excluded
            yield warning(("rules", place, "when", condition), f"this rule can never match: {why}")
        elif (before := decided_before(rules, place, ground)) is not None:
            yield warning(("rules", place), f"can never decide anything: {_deciders(before, places)}")


def _deciders(before: dict[str, int], places: Sequence[str]) -> str:
    """Which earlier rules take everything: `rule 1 (ventanilla.toml:12) matches all that it does and decides team, kind`."""
    fields: dict[int, list[str]] = {}
    for name, place in before.items():
        fields.setdefault(place, []).append(f"`{name}`")
    parts = [
        f"rule {place + 1} ({places[place]}) matches all that it does and decides {', '.join(names)}"
        for place, names in sorted(fields.items())
    ]
    return "; ".join(parts)


def _ground(draft: Draft) -> Ground:
    default = draft.promises.get(default_promise(draft.promises) or "")
    return Ground(
        kinds={name: settings.kind for name, settings in draft.channels.items()},
        always_open=default is None or default.calendar is None,
    )
