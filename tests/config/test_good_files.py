"""Files that can be used: what is left out, what is included, what is derived."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from config.email import EmailSettings
from config.load import load_config
from tests.config.toml_files import GOOD, load, problems_of, said, spoilt, write
from ventanilla.errors import ConfigError
from ventanilla.words import Mode, Role

MINIMAL = """\
[channels.soporte]
kind = "email"
team = "atencion"
address = "Soporte@Example.com"
imap = { host = "imap.example.com", password = { file = "secrets/soporte" } }

[teams.atencion]
members = ["ana"]
duty = ["ana"]

[agents.ana]
email = "ana@example.com"
"""


def test_a_minimal_file_is_safe_and_complete(tmp_path: Path) -> None:
    # given one channel, one team and one person
    config = load(write(tmp_path, MINIMAL)).config
    # then nothing is sent, nothing old is touched, everything is under the file's folder
    channel = config.channels["soporte"]
    assert isinstance(channel, EmailSettings)
    assert (channel.mode, channel.start, channel.folders) == (Mode.OBSERVE, "now", ("INBOX",))
    assert (channel.address, channel.poll) == ("soporte@example.com", timedelta(seconds=60))
    assert (channel.acknowledge.enabled, channel.acknowledge.max_age) == (True, timedelta(hours=12))
    assert config.service.data_dir == tmp_path / "var"
    assert config.store_url() == f"sqlite:///{tmp_path}/var/ventanilla.db"
    assert config.queue_url() is None
    # and the person has a name, a load they can bear, and is always on duty
    ana = config.agents["ana"]
    assert (ana.name, ana.capacity, ana.calendar, ana.role, ana.left) == ("Ana", 8, None, Role.AGENT, None)
    team = config.teams["atencion"]
    assert (team.strategy, team.accept_within, team.away_grace) == ("balanced", None, timedelta(minutes=15))


def test_what_a_minimal_file_leaves_open_is_warned_about(tmp_path: Path) -> None:
    assert said(load(write(tmp_path, MINIMAL)).warnings) == [
        'service.name: is not set: customers will read "Ventanilla"',
        "agents.ana: cannot be told about anything: no channel has an `smtp` server, and `staff.email` has none",
    ]


def test_the_good_file_has_neither_problem_nor_warning(tmp_path: Path) -> None:
    assert load(write(tmp_path, GOOD)).warnings == ()


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    config = load(write(tmp_path, GOOD)).config
    with pytest.raises(ValidationError, match="frozen"):
        config.service.name = "Luna"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("", "sqlite:///{folder}/var/ventanilla.db"),
        ('[store]\nurl = "sqlite"', "sqlite:///{folder}/var/ventanilla.db"),
        ('[store]\nurl = "sqlite:///db/v.db"', "sqlite:///{folder}/db/v.db"),
        ('[store]\nurl = "sqlite:////srv/v.db"', "sqlite:////srv/v.db"),
        ('[store]\nurl = "postgresql://u@h/d"', "postgresql+psycopg://u@h/d"),
        ('[store]\nurl = "postgres://u@h/d"', "postgresql+psycopg://u@h/d"),
        (
            '[store]\nurl = "postgresql+psycopg://u@h:5433/d?sslmode=require"',
            "postgresql+psycopg://u@h:5433/d?sslmode=require",
        ),
        ('[store]\nurl = { file = "secrets/store" }', "postgresql+psycopg://u:p@h/d"),
    ],
)
def test_the_stores_address_always_names_its_driver(tmp_path: Path, written: str, expected: str) -> None:
    path = write(tmp_path, f"{GOOD}\n{written}\n")
    (tmp_path / "secrets" / "store").write_text("postgresql://u:p@h/d\n")
    assert load(path).config.store_url() == expected.format(folder=tmp_path)


def test_paths_are_relative_to_the_file_that_names_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a file in a folder of its own, which includes one in another folder, which names a secret
    main = write(
        tmp_path / "etc", 'include = ["more/*.toml"]\n[service]\nname = "Sol"\ndata_dir = "../data"\n', "main.toml"
    )
    more = write(tmp_path / "etc" / "more", MINIMAL, "channels.toml")
    # when it is read from elsewhere, by a relative path
    monkeypatch.chdir(tmp_path)
    loaded = load(Path("etc/main.toml"))
    # then each path starts at its own file
    channel = loaded.config.channels["soporte"]
    assert isinstance(channel, EmailSettings)
    assert channel.imap.password is not None
    assert channel.imap.password.file == more.parent / "secrets" / "soporte"
    assert loaded.config.service.data_dir == main.parent / "../data"
    # and the files are named as the admin named them
    assert loaded.files == (Path("etc/main.toml"), Path("etc/more/channels.toml"))


def write_all(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        write(folder, text, f"{name}.toml")
    return folder / "main.toml"


def test_included_files_stand_together(tmp_path: Path) -> None:
    path = write_all(
        tmp_path,
        main=f'include = ["a*.toml", "b.toml"]\n{MINIMAL}',
        a1='[agents.luis]\nemail = "luis@example.com"\n[[rules]]\nwhen = { tag = "one" }\nthen = { agent = "luis" }\n',
        a2='[agents.eva]\nemail = "eva@example.com"\n',
        b='[[rules]]\nwhen = { tag = "two" }\nthen = { agent = "eva" }\n',
    )
    loaded = load(path)
    assert sorted(loaded.config.agents) == ["ana", "eva", "luis"]
    assert [rule.when.tag for rule in loaded.config.rules] == [("one",), ("two",)]
    assert [file.name for file in loaded.files] == ["main.toml", "a1.toml", "a2.toml", "b.toml"]


def test_a_problem_names_the_included_file_and_its_own_line(tmp_path: Path) -> None:
    path = write_all(
        tmp_path,
        main=f'include = ["a.toml"]\n{MINIMAL}\n[[rules]]\nwhen = {{}}\nthen = {{ agent = "ana" }}\n',
        a='[agents.luis]\n\ncapacity = "many"\n[[rules]]\nwhen = {}\nthen = { agent = "nobody" }\n',
    )
    assert [str(problem) for problem in problems_of(path)] == [
        f'{tmp_path}/a.toml:3: agents.luis.capacity: expected 1 to 10000, got "many"',
        f'{tmp_path}/a.toml:6: rules[1].then.agent: unknown agent "nobody"; known here: ana, luis',
    ]


def test_the_same_table_in_two_files_is_a_problem(tmp_path: Path) -> None:
    path = write_all(
        tmp_path,
        main=f'include = ["a.toml"]\n[service]\n{MINIMAL}',
        a="[service]\n[agents.ana]\n[teams.other]\nduty = ['ana']\n",
    )
    assert [str(problem) for problem in problems_of(path)] == [
        f"{tmp_path}/a.toml:1: service: this table also stands in {tmp_path}/main.toml; write it once",
        f"{tmp_path}/a.toml:2: agents.ana: this table also stands in {tmp_path}/main.toml; write it once",
    ]


def test_included_files_include_nothing_and_every_unreadable_one_is_named(tmp_path: Path) -> None:
    path = write_all(
        tmp_path,
        main=f'include = ["a.toml", "b.toml", "c.toml"]\n{MINIMAL}',
        a='include = ["b.toml"]\n',
        b="x = \n",
        c="[[[",
    )
    assert [(Path(each.file).name, each.line, each.key) for each in problems_of(path)] == [
        ("b.toml", 1, ""),
        ("c.toml", 1, ""),
        ("a.toml", 1, "include"),
    ]


def test_a_pattern_without_files_is_fine_and_a_file_is_read_once(tmp_path: Path) -> None:
    path = write_all(
        tmp_path, main=f'include = ["agents.d/*.toml", "a.toml", "./a.toml", "*.toml"]\n{MINIMAL}', a="[agents.eva]\n"
    )
    assert len(load(path).files) == 2


def test_the_fingerprint_covers_every_file_and_not_where_they_stand(tmp_path: Path) -> None:
    # given the same two files in two folders
    paths = [
        write_all(tmp_path / name, main=f'include = ["a.toml"]\n{MINIMAL}', a="[agents.eva]\n") for name in ("x", "y")
    ]
    first, second = [load(path).sha256 for path in paths]
    assert first == second
    # when the included one changes by a comment
    write(tmp_path / "y", "[agents.eva] #\n", "a.toml")
    # then it is another configuration
    assert load(paths[1]).sha256 != first


def test_all_problems_are_told_at_once_in_the_files_order(tmp_path: Path) -> None:
    # given mistakes of every sort in one file
    text = (
        GOOD.replace('name = "Ferretería Sol"', "nmae = 1")
        .replace("port = 993", 'port = "imap"')
        .replace('duty = ["marta"]', 'duty = ["pedro"]')
        .replace('"09:00-15:00"', '"9-15"')
        .replace("target = 90", "target = 900")
    )
    # when it is read
    with pytest.raises(ConfigError) as caught:
        load(write(tmp_path, text))
    # then each is told, with its line, in order
    assert [(each.line, each.key) for each in caught.value.problems] == [
        (2, "service.nmae"),
        (9, "channels.soporte.imap.port"),
        (14, "teams.atencion.duty[1]"),
        (28, "calendars.madrid.hours.fri"),
        (32, "promises.normal.first_response.target"),
    ]
    assert str(caught.value).count("\n") == 4


def test_a_broken_table_is_still_there_for_those_that_name_it(tmp_path: Path) -> None:
    # given an agent with a mistake, who is in a team and on a duty list
    problems = problems_of(write(tmp_path, spoilt('email = "marta@example.com"', "email = 5")))
    # then the mistake is told, and not that there is no such agent
    assert [problem.key for problem in problems] == ["agents.marta.email"]


def test_what_this_version_does_not_do_is_said_and_not_swallowed(tmp_path: Path) -> None:
    path = write(tmp_path, f'{GOOD}\n[channels.chat]\nkind = "telegram"\nteam = "atencion"\ntoken = "1:x"\n')
    with pytest.raises(ConfigError) as caught:
        load_config(path, available_kinds={"email"})
    assert said(caught.value.problems) == [
        'channels.chat.kind: "telegram" is not available in this version; available: "email"'
    ]
    assert load_config(path).config.channels["chat"].kind == "telegram"


def test_without_a_term_nothing_is_forgotten_and_items_are_kept_as_cases_are(tmp_path: Path) -> None:
    assert load(write(tmp_path, GOOD)).config.retention.items is None
    found = load(write(tmp_path, f'{GOOD}\n[retention]\nkeep = "5y"\n')).config.retention
    assert (found.keep, found.items, found.trail) == (timedelta(days=5 * 366), found.keep, None)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            'role = "supervisor"',
            "left = 2027-01-31",
            "teams.atencion.duty: from 2027-01-31 on nobody of this",
        ),
        (
            'role = "supervisor"',
            'role = "auditor"',
            "agents.marta.role: an auditor only looks",
        ),
        (
            'members = ["ana", "luis"]',
            'members = ["ana"]',
            "agents.luis: is in no team, so nothing is ever assigned to them",
        ),
        ('members = ["ana", "luis"]', "members = []", "teams.atencion.members: is empty"),
        (
            'email = "luis@example.com"',
            "capacity = 3",
            "agents.luis: cannot be told about anything: give them an `email`",
        ),
        (
            'email = "luis@example.com"',
            'email = "l@example.com"\nnotify = ["telegram"]',
            'agents.luis: cannot be told about anything: add "email"',
        ),
        ('timezone = "Europe/Madrid"\n', "", "service.timezone: is not set, so the hours of madrid are UTC"),
    ],
)
def test_what_is_odd_about_people_is_warned_about(tmp_path: Path, old: str, new: str, expected: str) -> None:
    warnings = said(load(write(tmp_path, spoilt(old, new))).warnings)
    assert [warning for warning in warnings if warning.startswith(expected)], warnings


def test_somebody_leaves_on_the_first_day_that_they_are_not_here(tmp_path: Path) -> None:
    path = write(tmp_path, spoilt('role = "supervisor"', "left = 2026-12-01"))
    assert load_config(path, today=date(2026, 11, 30)).config.agents["marta"].is_here(date(2026, 11, 30))
    with pytest.raises(ConfigError, match="marta left on 2026-12-01"):
        load_config(path, today=date(2026, 12, 1))


def test_a_calendar_without_a_zone_has_the_services(tmp_path: Path) -> None:
    config = load(write(tmp_path, GOOD)).config
    assert config.calendars["madrid"].timezone == "Europe/Madrid"
    assert str(config.calendars["madrid"].calendar().zone) == "Europe/Madrid"


def test_notices_go_by_the_named_channel_else_by_the_first_that_can_send(tmp_path: Path) -> None:
    second = '[channels.otro]\nkind = "email"\nteam = "atencion"\naddress = "o@example.com"\nprovider = "ionos"\nimap = { password = { file = "secrets/soporte" } }\n'  # noqa: E501
    assert load(write(tmp_path, GOOD + second)).config.staff_mailbox() == "soporte"
    assert (
        load(write(tmp_path, GOOD + second + '[staff]\nemail = { channel = "otro" }\n')).config.staff_mailbox()
        == "otro"
    )
    own = '[staff]\nemail = { address = "n@example.com", smtp = { host = "localhost" } }\n'
    assert load(write(tmp_path, GOOD + own)).config.staff_mailbox() is None


def test_the_json_form_is_stable_and_plain(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    first, second = load(path).config.as_json(), load(path).config.as_json()
    assert first == second
    assert first["channels"]["soporte"]["imap"]["password"] == {"file": str(tmp_path / "secrets" / "soporte")}
    assert first["channels"]["soporte"]["poll"] == "1m"
    assert first["promises"]["normal"]["first_response"] == {"within": "1h", "target": 90}


@pytest.mark.parametrize(
    ("url", "warned"),
    [
        ("https://desk.example.com", []),
        ("http://127.0.0.1:8080", []),
        ("http://desk.example.com/v", ["service.public_url: is not https: what customers write would"]),
    ],
)
def test_a_public_address_in_the_clear_is_warned_about_unless_it_is_this_machine(
    tmp_path: Path, url: str, warned: list[str]
) -> None:
    text = GOOD.replace('timezone = "Europe/Madrid"', f'timezone = "Europe/Madrid"\npublic_url = "{url}"')
    warnings = said(load(write(tmp_path, text)).warnings)
    assert [warning[: len(start)] for warning, start in zip(warnings, warned, strict=True)] == warned
