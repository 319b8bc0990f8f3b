"""`recompute` and the times on a case's page."""

from __future__ import annotations

import json
from datetime import timedelta

import sqlalchemy as sa

from cli.applying import apply_file
from config.load import load_config
from tests.cli.conftest import Ask, Read
from tests.cli.town import Town
from tests.servers.warm import known_environment, run_warm
from ventanilla.store.tables import config_versions

MORE = '\n[promises.longer]\napplies_to = { channel = ["soporte"] }\nfirst_response = { within = "3h" }\n'


def a_longer_promise(town: Town, *, applied: bool = True) -> None:
    town.config.write_text(town.config.read_text(encoding="utf-8") + MORE, encoding="utf-8")
    if applied:
        apply_file(town.store, load_config(town.config), now=town.now)


def test_show_has_a_cases_times_and_when_they_are_due(town: Town, ask: Ask, read: Read) -> None:
    town.write("lucia@client.example", ago=timedelta(minutes=10))
    key = ask(town, "conversations")[0]["key"]

    (case,) = ask(town, "show", key)
    page = read(town, "show", key)

    first = next(one for one in case["clocks"] if one["metric"] == "first_response")
    assert (first["stopped_at"], first["within"], first["promise"]) == (None, 3600.0, "normal")
    assert first["due_at"] == case["due_at"] == case["next_due_at"]
    assert "first response: due" in page


def test_what_would_change_is_said_asked_written_and_then_nothing_is_left(town: Town, ask: Ask, read: Read) -> None:
    town.write("lucia@client.example", ago=timedelta(hours=2))
    day = str(town.house.today(town.now - timedelta(hours=2)))
    a_longer_promise(town)

    dry = ask(town, "recompute", "--from", day, "--dry-run")
    assert not dry["written"]
    (metric,) = dry["metrics"]
    assert (metric["metric"], metric["due_moved"], metric["broken_to_met"]) == ("first_response", 1, 1)
    said = read(town, "recompute", "--from", day, "--dry-run")
    assert "first response" in said
    assert "nothing was written" in said

    assert ask(town, "recompute", "--from", day, "--yes")["written"]
    assert ask(town, "recompute", "--from", day, "--yes") == {
        "from": day,
        "version": 2,
        "written": False,
        "metrics": [],
        "changes": [],
    }
    assert "is what it would have been" in read(town, "recompute", "--from", day)


def test_a_file_that_is_not_in_force_and_days_that_are_none_are_refused(town: Town, read: Read) -> None:
    assert 'expected a day such as 2026-11-01, got "yesterday"' in read(
        town, "recompute", "--from", "yesterday", code=2
    )
    assert "expected a day that has begun" in read(town, "recompute", "--from", "2999-01-01", code=2)

    a_longer_promise(town, applied=False)

    assert "is not what is in force" in read(town, "recompute", "--from", "2026-01-01", code=2)


def test_what_is_logged_goes_to_standard_error_and_leaves_the_document_alone(town: Town) -> None:
    # given a case under a file that nobody understands any more
    town.write("lucia@client.example", ago=timedelta(hours=2))
    day = str(town.house.today(town.now - timedelta(hours=2)))
    a_longer_promise(town)
    with town.store.write() as connection:
        unread = {"promises": {"normal": {"first_response": "soon"}}}
        connection.execute(sa.update(config_versions).where(config_versions.c.id == 1).values(content=unread))

    asked = ["--config", str(town.config), "recompute", "--from", day, "--dry-run", "--json"]
    done = run_warm(asked, env=known_environment())

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["written"] is False
    assert "old_version_not_understood" in done.stderr
