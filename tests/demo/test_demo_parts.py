"""The demo's folder, settings, log reader and verdict on the day, each by itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from config.load import load_config
from daemon.lock import DataLock
from demo.book import Source
from demo.closing import Held, Outcome
from demo.day import closing_time
from demo.delivered import Letters
from demo.folder import MARK, fresh_folder
from demo.log_tail import LogTail
from demo.people import CUSTOMERS, SHOP
from demo.provider_town import town_from
from demo.settings import mail_town, provider_town, staff_with_telegram, write_settings
from demo.summary import as_document, folded, problems, summary
from demo.words import Words, language_of

GOOD = Outcome(
    posted=5,
    in_ledger=5,
    missing=0,
    surplus=0,
    states={"routed": 4, "screened": 1},
    cases=3,
    owners={"Ana": 2, "Luis": 1},
    line=0,
    violations={"a": 0, "b": 0},
    letters={"notice": Letters(sent=3, found=3, by_way={"mail": 1, "telegram": 2})},
    sources={Source.MAIL: Held(put_in=3, in_ledger=3), Source.PHONE: Held(put_in=2, in_ledger=2)},
    refused={"429": 2},
    undelivered=0,
    surprises=0,
)


def test_a_folder_of_a_day_before_is_emptied(tmp_path: Path) -> None:
    usual = tmp_path / "var" / "demo"
    with fresh_folder(usual) as folder:
        (folder / "ventanilla.db").write_text("old")
        (folder / "queue").mkdir()
        (folder / "queue" / "old").write_text("old")

    with fresh_folder(usual) as folder:
        assert folder == usual
        assert sorted(path.name for path in folder.iterdir()) == [MARK, "ventanilla.lock"]


def test_a_folder_with_somebodys_own_files_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    usual = tmp_path / "var" / "demo"
    usual.mkdir(parents=True)
    (usual / "thesis.txt").write_text("mine")

    with fresh_folder(usual) as folder:
        assert folder.parent == tmp_path / "tmp"

    assert [path.name for path in usual.iterdir()] == ["thesis.txt"]


def test_where_nothing_can_be_written_or_a_demo_runs_it_is_a_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    (tmp_path / "file").write_text("in the way")
    usual = tmp_path / "demo"

    with fresh_folder(tmp_path / "file" / "demo") as folder:
        assert folder.parent == tmp_path / "tmp"
    with DataLock(usual), fresh_folder(usual) as folder:
        assert folder.parent == tmp_path / "tmp"


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_settings_are_fit_to_run_and_reach_nobody_outside(language: str, tmp_path: Path) -> None:
    path = write_settings(tmp_path, language=language)

    loaded = load_config(path)
    town = mail_town(loaded.config)

    assert loaded.warnings == ()
    assert loaded.config.service.language == language
    assert loaded.config.web.listen.startswith("127.0.0.1:")
    assert loaded.config.service.data_dir.resolve() == tmp_path.resolve()
    assert loaded.config.channels["correo"].mode == "live"
    assert loaded.config.channels["correo"].poll.total_seconds() == 1
    assert town.imap_port != town.smtp_port
    assert town.mailbox_for(SHOP) == SHOP
    assert town.mailbox_for("lucia@clientes.example") == CUSTOMERS
    assert all(town.mailbox_for(agent.email) == agent.email for agent in loaded.config.agents.values() if agent.email)
    assert town.mailbox_for("somebody@example.com") is None
    assert (tmp_path / "secrets" / "correo").stat().st_mode & 0o077 == 0


def test_the_providers_are_the_demos_own_each_on_a_port_of_its_own_with_secrets_of_its_own(tmp_path: Path) -> None:
    config = load_config(write_settings(tmp_path, language="es")).config

    town = provider_town(config)

    urls = [config.channels["chat"].api_url, config.channels["telefono"].api_url]  # type: ignore[attr-defined]
    assert urls == [town.telegram_url, town.twilio_url]
    assert len({town.telegram_port, town.twilio_port, town.files_port}) == 3
    assert town.customers.token != town.staff.token
    assert set(staff_with_telegram(config)) == {"ana", "luis", "carmen", "owen", "marta"}
    assert town_from(town.argv[-1]) == town
    assert all((tmp_path / "secrets" / name).stat().st_mode & 0o077 == 0 for name in ("chat", "staff", "telefono"))


def test_what_a_person_should_hear_of_is_picked_out_of_the_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    tail = LogTail(log)
    assert tail.new_troubles() == []

    lines = [
        json.dumps({"level": "info", "event": "pulled"}),
        json.dumps({"level": "error", "event": "child_keeps_ending", "child": "route", "reason": "x\ny"}),
        "Traceback (most recent call last):",
        '{"level": "error", "event": "not_deli',
    ]
    log.write_text("\n".join(lines))
    assert tail.new_troubles() == ["child_keeps_ending: route: x", "Traceback (see the log)"]

    with log.open("a") as file:
        file.write('vered", "reason": "550"}\n')
    assert tail.new_troubles() == ["not_delivered: 550"]
    assert tail.new_troubles() == []


@pytest.mark.parametrize(
    ("duration", "opened", "closes"),
    [(None, 10.0, float("inf")), (60.0, 105.0, 154.0), (15.0, 103.0, 113.0), (15.0, 120.0, 125.0)],
)
def test_the_last_mail_is_written_in_time_and_never_before_anybody_could_write(
    duration: float | None, opened: float, closes: float
) -> None:
    assert closing_time(started=100.0, opened=opened, duration=duration) == closes


def told(outcome: Outcome, **how: bool | str) -> list[str]:
    facts: dict[str, object] = {"is_drained": True, "is_interrupted": False, "trouble": "", **how}
    return problems(outcome, Words("en"), **facts)  # type: ignore[arg-type]


def test_a_good_day_has_no_problems() -> None:
    assert told(GOOD) == []


@pytest.mark.parametrize(
    ("outcome", "how", "words"),
    [
        (replace(GOOD, missing=1), {}, "missing from the ledger: 1"),
        (replace(GOOD, surplus=2), {}, "more often than they were sent: 2"),
        (replace(GOOD, violations={"owner_not_told": 3, "b": 0}), {}, "broken promise: owner_not_told (3)"),
        (replace(GOOD, letters={"notice": Letters(sent=3, found=2)}), {}, "Notices to staff: 3 sent, but 2 found"),
        (replace(GOOD, surprises=1), {}, "that nobody wrote down: 1"),
        (replace(GOOD, posted=0, in_ledger=0), {}, "nothing was sent"),
        (GOOD, {"is_drained": False}, "not everything had arrived"),
        (GOOD, {"trouble": "ConnectionRefusedError"}, "the town has stopped: ConnectionRefusedError"),
    ],
)
def test_each_thing_that_is_wrong_is_named(outcome: Outcome, how: Mapping[str, bool | str], words: str) -> None:
    found = told(outcome, **how)

    assert len(found) == 1
    assert words in found[0]
    assert as_document(outcome, reasons=found, data_dir="/d")["ok"] is False


def test_a_day_stopped_before_anybody_wrote_is_not_a_bad_one() -> None:
    nothing = replace(GOOD, posted=0, in_ledger=0, states={}, cases=0, owners={}, letters={})

    assert told(nothing, is_interrupted=True, is_drained=False) == []


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_summary_fits_its_terminal_and_leaves_commands_whole(language: str) -> None:
    lines = list(
        summary(
            GOOD,
            Words(language),
            reasons=[],
            screened="",
            warnings=[],
            commands=["ventanilla show AAA-AAA-AAA --config " + "long/" * 20 + "ventanilla.toml"],
            desk=["The desk:", "  ventanilla desk --config " + "long/" * 20 + "ventanilla.toml"],
            places={"data": "var/demo", "log": "var/demo/demo.log"},
        )
    )

    made = list(folded(lines, 60))

    assert all(len(line) <= 60 for line in made if " --config " not in line)
    assert any(line.endswith("ventanilla.toml") and " --config " in line for line in made)
    assert "".join("".join(made).split()) == "".join("".join(lines).split())


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "es_ES.UTF-8"}, "es"),
        ({"LANG": "ca_ES.UTF-8"}, "es"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "C"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "es_MX.UTF-8"}, "es"),
        ({"LANG": "es_ES.UTF-8", "LC_ALL": ""}, "es"),
    ],
)
def test_it_speaks_the_language_of_the_locale(environment: Mapping[str, str], language: str) -> None:
    assert language_of(environment) == language


def test_the_summary_says_what_each_provider_holds_and_where_letters_were_found() -> None:
    told = "\n".join(
        summary(GOOD, Words("en"), reasons=[], screened="", warnings=[], commands=[], places={"data": "", "log": ""})
    )

    assert "· Mail                 3 put in there, 3 in the ledger" in told
    assert "· Telephone            2 put in there, 2 in the ledger" in told
    assert "3 sent, 3 found: in the mailboxes 1, in Telegram 2" in told
    assert "2 times a server said too fast" in told
