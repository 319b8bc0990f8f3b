"""Mistakes in teams and agents, each with the exact words that the admin reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.toml_files import problems_of, said, spoilt, write

CASES: list[tuple[str, str, list[str]]] = [
    (
        'members = ["ana", "luis"]',
        'members = ["ana", "luis", "ana"]',
        ['teams.atencion.members: "ana" is written twice'],
    ),
    (
        'members = ["ana", "luis"]',
        'members = "ana"',
        ['teams.atencion.members: expected a list such as ["one", "two"], got a text'],
    ),
    (
        'members = ["ana", "luis"]',
        'members = ["anna"]',
        ['teams.atencion.members[1]: unknown agent "anna"; did you mean "ana"?'],
    ),
    ('members = ["ana", "luis"]', "members = [1]", ["teams.atencion.members[1]: expected a text, got 1"]),
    (
        'duty = ["marta"]\n',
        "",
        ['teams.atencion.duty: is required: who holds what nobody else can take, such as duty = ["ana"]'],
    ),
    (
        'duty = ["marta"]',
        "duty = []",
        ['teams.atencion.duty: is required: who holds what nobody else can take, such as duty = ["ana"]'],
    ),
    (
        'duty = ["marta"]',
        'duty = ["pedro"]',
        ['teams.atencion.duty[1]: unknown agent "pedro"; known here: ana, luis, marta'],
    ),
    (
        'duty = ["marta"]',
        'duty = ["marta"]\nstrategy = "random"',
        ['teams.atencion.strategy: expected "balanced", "round_robin" or "longest_idle", got "random"'],
    ),
    (
        'duty = ["marta"]',
        'duty = ["marta"]\naccept_within = "never"',
        ['teams.atencion.accept_within: expected a duration such as "30s", "10m", "4h" or "3d", got "never"'],
    ),
    (
        'role = "supervisor"',
        'role = "boss"',
        ['agents.marta.role: expected "agent", "supervisor", "admin" or "auditor", got "boss"'],
    ),
    (
        'role = "supervisor"',
        "left = 2026-11-01",
        ["teams.atencion.duty[1]: marta left on 2026-11-01; name somebody who is here"],
    ),
    ('role = "supervisor"', 'left = "soon"', ['agents.marta.left: expected a date such as 2026-12-24, got "soon"']),
    ('role = "supervisor"', "left = 2026", ["agents.marta.left: expected a date such as 2026-12-24, got 2026"]),
    ('role = "supervisor"', "capacity = 0", ["agents.marta.capacity: expected 1 to 10000, got 0"]),
    ('role = "supervisor"', 'capacity = "8"', ['agents.marta.capacity: expected 1 to 10000, got "8"']),
    (
        'role = "supervisor"',
        'telegram = "@marta"',
        ['agents.marta.telegram: expected a Telegram id (a whole number above 0), got "@marta"'],
    ),
    (
        'role = "supervisor"',
        'languages = ["Spanish"]',
        ['agents.marta.languages[1]: expected a language code such as "es", "en" or "ca", got "Spanish"'],
    ),
    (
        'role = "supervisor"',
        'languages = "es"',
        ['agents.marta.languages: expected a list such as ["one", "two"], got a text'],
    ),
    (
        'role = "supervisor"',
        'notify = ["sms"]',
        [
            'agents.marta.notify[1]: expected "telegram", "email" or an Apprise address such as "ntfys://host/topic", got "sms"'
        ],
    ),
    (
        'role = "supervisor"',
        'notify = ["nonsense://user:hunter2@x"]',
        [
            'agents.marta.notify[1]: expected "telegram", "email" or an Apprise address such as "ntfys://host/topic", got "nonsense://…"'
        ],
    ),
    (
        'email = "marta@example.com"',
        'email = "ana@example.com"',
        ['agents.marta.email: ana@example.com already belongs to agent "ana"'],
    ),
    (
        'email = "marta@example.com"',
        'email = "soporte@example.com"',
        [
            'agents.marta.email: soporte@example.com is the address of channel "soporte": a notice would come in as a case'
        ],
    ),
    (
        'calendar = "madrid"\n\n',
        'calendar = "barcelona"\n\n',
        ['agents.ana.calendar: unknown calendar "barcelona"; known here: madrid'],
    ),
    (
        "",
        '[agents.owner]\nemail = "o@example.com"',
        ['agents.owner: "owner" is a word of its own in `escalate`; give this person another key'],
    ),
    (
        "",
        '[agents."ana maria"]\nemail = "o@example.com"',
        ['agents."ana maria": expected a name of up to 64 letters, digits, - and _'],
    ),
    (
        "[service]",
        'include = "x.toml"\n[service]',
        ['include: expected a list of files such as ["agents.d/*.toml"], got "x.toml"'],
    ),
]


@pytest.mark.parametrize(("old", "new", "expected"), CASES)
def test_a_mistake_about_people_is_told_in_plain_words(tmp_path: Path, old: str, new: str, expected: list[str]) -> None:
    # given a good file with one mistake
    path = write(tmp_path, spoilt(old, new))
    # when it is read
    problems = problems_of(path)
    # then just that mistake is told
    assert said(problems) == expected
