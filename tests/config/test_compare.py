"""What a changed file would do, in sentences; between files, and between a file and what was kept of the last one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from config.compare import differences
from config.load import load_config
from config.schema import Config
from tests.config.example_file import TEXT, written
from tests.config.toml_files import GOOD, TODAY, load, spoilt, write


def config_of(folder: Path, text: str) -> Config:
    return load(write(folder, text)).config


CHANNEL = """
[channels.b]
kind = "email"
team = "atencion"
provider = "ionos"
address = "b@example.com"
imap = { password = { file = "secrets/soporte" } }
"""
CHANGES = [
    ('name = "Ferretería Sol"', 'name = "Luna"', ["service.name: Ferretería Sol becomes Luna"]),
    (
        "[service]",
        '[service]\ndata_dir = "/srv/v"',
        ["service.data_dir: {folder}/var becomes /srv/v; the store and files there are not moved"],
    ),
    (
        'kind = "email"',
        'kind = "email"\nmode = "live"',
        ['channel "soporte": mode: observe becomes live; customers are written to'],
    ),
    ('kind = "email"', 'kind = "email"\npoll = "2m"', ['channel "soporte": poll: 1m becomes 2m']),
    ('kind = "email"', 'kind = "email"\nplus_address = false', ['channel "soporte": plus_address: auto becomes off']),
    (
        'kind = "email"',
        'kind = "email"\nfolders = ["INBOX", "Web"]',
        ['channel "soporte": folders: adds Web; a new folder begins at `start`'],
    ),
    (
        'host = "imap.example.com"',
        'host = "i.example.com"',
        ['channel "soporte": imap.host: imap.example.com becomes i.example.com; another mailbox begins at `start`'],
    ),
    (
        "port = 993",
        "port = 143",
        ['channel "soporte": imap.port: 993 becomes 143', 'channel "soporte": imap.security: tls becomes starttls'],
    ),
    (
        'port = 993, password = { file = "secrets/soporte" }',
        'password = { env = "PASSWORD" }',
        ['channel "soporte": imap.password: { file = {folder}/secrets/soporte } becomes { env = PASSWORD }'],
    ),
    (
        'members = ["ana", "luis"]',
        'members = ["ana", "marta"]',
        ['team "atencion": members: adds marta and takes out luis'],
    ),
    (
        'duty = ["marta"]',
        'duty = ["marta", "ana"]\naccept_within = "10m"',
        ['team "atencion": accept_within: nothing becomes 10m', 'team "atencion": duty: adds ana'],
    ),
    ('role = "supervisor"', 'role = "supervisor"\ncapacity = 3', ['agent "marta": capacity: 8 becomes 3']),
    (
        "[agents.luis]",
        "[agents.luis]\nleft = 2026-12-31",
        [
            'agent "luis": left: nothing becomes 2026-12-31; from then on they get nothing, and what they hold is handed over'
        ],
    ),
    ("", '[agents.eva]\nrole = "admin"', ['agent "eva" is new: Eva, admin, capacity 8']),
    ("", '[teams.ventas]\nduty = ["ana"]', ['team "ventas" is new: members nothing; duty ana']),
    ("", CHANNEL, ['channel "b" is new: email, team "atencion", mode observe']),
    (
        'fri = ["09:00-15:00"]',
        'fri = ["09:00-14:00"], sat = ["10:00-12:00"]',
        [
            'calendar "madrid": hours.fri: adds 09:00-14:00 and takes out 09:00-15:00',
            'calendar "madrid": hours.sat: nothing becomes 10:00-12:00',
        ],
    ),
    (', fri = ["09:00-15:00"]', "", ['calendar "madrid": hours.fri: 09:00-15:00 becomes nothing']),
    ("target = 90", "target = 95", ['promise "normal": first_response.target: 90 becomes 95']),
    ("", '[[rules]]\nwhen = {}\nthen = { team = "atencion" }', ["rules: 0 become 1"]),
    ("", '[staff]\nemail = { channel = "soporte" }', ["staff.email: nothing becomes { channel = soporte }"]),
]


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSWORD", "x")


@pytest.mark.parametrize(("old", "new", "expected"), CHANGES)
def test_a_change_is_told_in_a_sentence(tmp_path: Path, old: str, new: str, expected: list[str]) -> None:
    before, after = config_of(tmp_path, GOOD), config_of(tmp_path, spoilt(old, new))
    sentences = [sentence.replace(str(tmp_path), "{folder}") for sentence in differences(before, after)]
    assert sentences == expected
    # and between what is kept of one and the other, all the same
    kept = json.loads(json.dumps(before.as_json()))
    assert differences(kept, json.loads(json.dumps(after.as_json()))) == differences(before, after)


def test_the_way_back_is_told_too(tmp_path: Path) -> None:
    before, after = config_of(tmp_path, spoilt("", "[agents.eva]")), config_of(tmp_path, GOOD)
    assert differences(before, after) == (
        'agent "eva" is taken out: refused while they own open cases; `left` hands those over',
    )


def test_equal_files_differ_in_nothing_however_they_are_written(tmp_path: Path) -> None:
    # given the same settings in another order, with comments and defaults written out
    other = "# a comment\n" + spoilt('kind = "email"', 'poll = "1m"\nkind = "email"')
    assert differences(config_of(tmp_path, GOOD), config_of(tmp_path, other)) == ()
    example = load_config(written(tmp_path, TEXT), today=TODAY).config
    assert differences(example, example.as_json()) == ()


def test_a_changed_rule_is_told_by_its_number(tmp_path: Path) -> None:
    rule = '\n[[rules]]\nwhen = {{ tag = "{}" }}\nthen = {{ team = "atencion" }}\n'
    before = config_of(tmp_path, GOOD + rule.format("a") + rule.format("b"))
    after = config_of(tmp_path, GOOD + rule.format("a") + rule.format("c"))
    assert differences(before, after) == ("rule 2 is changed",)


def test_a_key_that_an_older_version_did_not_know_is_no_change(tmp_path: Path) -> None:
    config = config_of(tmp_path, GOOD)
    kept = config.as_json()
    del kept["agents"]["ana"]["skills"]
    del kept["retention"]
    kept["service"]["former"] = True
    assert differences(kept, config) == ()


def test_a_rule_written_by_an_older_version_is_not_called_changed(tmp_path: Path) -> None:
    rule = '[[rules]]\nwhen = { subject = "x" }\nthen = { priority = "high" }\n'
    config = load(write(tmp_path, f"{GOOD}\n{rule}")).config
    older = config.as_json()
    del older["rules"][0]["then"]["languages"]

    assert differences(older, config) == ()
    older["rules"][0]["then"]["priority"] = "low"
    assert differences(older, config) == ("rule 1 is changed",)
