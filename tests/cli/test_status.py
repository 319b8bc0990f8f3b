"""`status`: its document, its page, its empty states, and that it stays quick."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from cli.status import read_processes
from daemon.child import ChildState, ChildStatus
from daemon.lock import DataLock
from daemon.status import STATUS_FILE, write_status
from tests.cli.conftest import Ask, Read
from tests.cli.town import Town
from tests.store.rows import add_remote_file
from ventanilla.store.agents import add_absence
from ventanilla.store.channels import SENDING, note_pull, note_trouble
from ventanilla.store.hooks import add_refusals
from ventanilla.store.migrate import current_revision
from ventanilla.store.revision import newest_revision
from ventanilla.store.tables import channels


def test_the_document_of_an_idle_house(either_town: Town, ask: Ask) -> None:
    told = ask(either_town, "status")

    assert told["service"] == "Ferretería Sol"
    assert told["running"] is None
    assert told["config"]["version"] == 1
    assert told["config"]["file_differs"] is False
    assert told["inbox"] == dict.fromkeys(("pending", "routed", "screened", "duplicate", "quarantined", "imported"), 0)
    assert set(told["outbox"]) == {"pending", "held", "sending", "sent", "delivered", "failed", "unknown", "dropped"}
    assert (told["open"], told["waiting"], told["line"]) == (0, 0, [])
    assert [channel["state"] for channel in told["channels"]] == ["never_pulled"]
    assert told["agents"][0] | {"since": None} == {
        "name": "ana",
        "display_name": "Ana",
        "presence": "on_duty",
        "since": None,
        "until": None,
        "open": 0,
        "waiting": 0,
        "capacity": 3,
    }


def test_a_busy_house_shows_who_holds_what_and_what_waits_in_line(either_town: Town, ask: Ask, read: Read) -> None:
    # given more customers than ana and luis have room for, and one unreadable message
    for number in range(8):
        either_town.write(f"c{number}@client.example", ago=timedelta(minutes=10 * number))
    either_town.route(either_town.commit(b"no JSON"))

    told = ask(either_town, "status")
    page = read(either_town, "status")

    # then the duty person holds the rest, in line
    assert (told["open"], told["waiting"]) == (8, 8)
    assert told["inbox"]["routed"] == 8
    assert told["inbox"]["quarantined"] == 1
    assert [(one["name"], one["open"], one["waiting"]) for one in told["agents"]] == [
        ("ana", 3, 3),
        ("luis", 3, 3),
        ("marta", 2, 2),
    ]
    (line,) = told["line"]
    assert (line["team"], line["cases"]) == ("atencion", 2)
    assert datetime.fromisoformat(line["nearest_due_at"]) == either_town.now - timedelta(minutes=10)
    assert "8 open, 8 of them waiting on us" in page
    assert "atencion: 2 cases, nearest due" in page
    assert "`ventanilla inbox --state quarantined`" in page


def test_refused_web_calls_and_files_still_to_come_are_told(either_town: Town, ask: Ask, read: Read) -> None:
    assert ask(either_town, "status")["refused_calls"] == []
    assert "Refused" not in read(either_town, "status")
    either_town.write("eva@client.example")
    with either_town.store.write() as connection:
        add_remote_file(connection)
        add_remote_file(connection, position=1, state="failed")
    add_refusals(either_town.store, {("soporte", "signature"): 12}, now=datetime.now(UTC) - timedelta(minutes=5))

    told = ask(either_town, "status")
    page = read(either_town, "status")

    assert told["files"] == {"pending": 1, "failed": 1}
    assert [(one["channel"], one["reason"], one["calls"]) for one in told["refused_calls"]] == [
        ("soporte", "signature", 12)
    ]
    assert "Files   1 pending, 1 failed" in page
    assert "Refused soporte: 12 web calls (signature), the last 5 min ago" in page
    assert any("web calls to channel soporte are refused" in step for step in told["next"])


def test_calls_that_were_refused_long_ago_are_nobodys_next_step(town: Town, ask: Ask) -> None:
    add_refusals(town.store, {("soporte", "signature"): 1}, now=datetime.now(UTC) - timedelta(days=2))

    assert not any("web calls" in step for step in ask(town, "status")["next"])


def test_a_channel_in_trouble_is_told_with_its_cure(either_town: Town, ask: Ask, read: Read) -> None:
    now = datetime.now(UTC)
    note_pull(either_town.store, "soporte", "imap://box/INBOX", now=now - timedelta(minutes=5), items=1)
    with either_town.store.write() as connection:
        note_trouble(
            connection,
            "soporte",
            SENDING,
            problem="the password was refused",
            cure="put the new one into secrets/soporte",
            pause=True,
            retry_at=now + timedelta(minutes=5),
            now=now,
        )

    (channel,) = ask(either_town, "status")["channels"]
    page = read(either_town, "status")

    assert channel["state"] == "paused"
    assert (channel["problem"], channel["problem_part"]) == ("the password was refused", "sending")
    assert 299 < channel["last_pull_seconds"] < 400
    assert channel["mode"] == "live"
    assert "soporte, sending: the password was refused" in page
    assert "cure: put the new one into secrets/soporte" in page


def test_parts_that_run_without_up_are_not_called_absent(either_town: Town, read: Read) -> None:
    assert "not running here" in read(either_town, "status")

    note_pull(either_town.store, "soporte", "imap://box/INBOX", now=datetime.now(UTC), items=1)

    assert "no `up` runs here; its parts, or another machine, pulled" in read(either_town, "status")


def test_trouble_that_does_not_pause_is_failing_and_none_is_ok(either_town: Town, ask: Ask) -> None:
    now = datetime.now(UTC)
    note_pull(either_town.store, "soporte", "imap://box/INBOX", now=now, items=0)
    assert ask(either_town, "status")["channels"][0]["state"] == "ok"

    with either_town.store.write() as connection:
        note_trouble(
            connection, "soporte", "imap://box/INBOX", problem="no answer", cure="", pause=False, retry_at=now, now=now
        )

    assert ask(either_town, "status")["channels"][0]["state"] == "failing"


def test_what_is_pending_makes_its_channel_lag(either_town: Town, ask: Ask) -> None:
    either_town.commit(either_town.letter("lucia@client.example"), ago=timedelta(minutes=3))

    (channel,) = ask(either_town, "status")["channels"]

    assert channel["pending"] == 1
    assert 180 <= channel["lag_seconds"] < 300


def test_somebody_away_is_not_merely_off_duty(either_town: Town, ask: Ask) -> None:
    now = datetime.now(UTC)
    with either_town.store.write() as connection:
        add_absence(connection, "ana", starts_at=now - timedelta(hours=1), ends_at=None, cover=None, now=now)
        add_absence(connection, "luis", starts_at=now + timedelta(hours=1), ends_at=None, cover=None, now=now)
        connection.exec_driver_sql("UPDATE agents SET on_duty = false")

    presence = {one["name"]: one["presence"] for one in ask(either_town, "status")["agents"]}

    assert presence == {"ana": "away", "luis": "off_duty", "marta": "off_duty"}


def test_a_restored_store_shows_its_channels_observing(either_town: Town, ask: Ask, read: Read) -> None:
    with either_town.store.write() as connection:
        connection.execute(sa.update(channels).values(forced_observe=True))

    assert ask(either_town, "status")["channels"][0]["mode"] == "observe"
    assert "`ventanilla golive soporte`" in read(either_town, "status")


def test_a_changed_file_is_said_to_differ(either_town: Town, ask: Ask, read: Read) -> None:
    either_town.config.write_text(either_town.config.read_text() + "\n# a remark\n", encoding="utf-8")

    assert ask(either_town, "status")["config"]["file_differs"] is True
    assert "`ventanilla reload --dry-run`" in read(either_town, "status")


def test_before_the_first_up_there_is_no_store(tmp_path: Path, town: Town, read: Read) -> None:
    empty = Town(town.store, tmp_path / "new" / "ventanilla.toml", town.router)
    empty.config.parent.mkdir()
    empty.config.write_text(town.config.read_text().replace('"secret"', f'"{tmp_path / "secret"}"'))

    assert "`ventanilla up` makes it" in read(empty, "status", code=3)
    assert not (empty.config.parent / "ventanilla.db").exists()


def test_a_store_without_tables_names_the_cure(tmp_path: Path, town: Town, read: Read) -> None:
    empty = Town(town.store, tmp_path / "new" / "ventanilla.toml", town.router)
    empty.config.parent.mkdir()
    empty.config.write_text(town.config.read_text().replace('"secret"', f'"{tmp_path / "secret"}"'))
    (empty.config.parent / "ventanilla.db").touch()

    assert "run `ventanilla migrate`" in read(empty, "status", code=3)


def test_a_file_that_is_not_there_is_named(town: Town, tmp_path: Path, read: Read) -> None:
    lost = Town(town.store, tmp_path / "nowhere.toml", town.router)

    assert "nowhere.toml: no such file; `ventanilla init` writes one" in read(lost, "status", code=2)


def test_a_running_service_shows_its_processes(town: Town, tmp_path: Path, ask: Ask, read: Read) -> None:
    now = datetime.now(UTC)
    children = (
        ChildStatus(name="queue", pid=77, state=ChildState.RUNNING, restarts=0, since=now, last_exit=None),
        ChildStatus(name="route", pid=None, state=ChildState.CRASH_LOOP, restarts=6, since=now, last_exit=-9),
    )
    (tmp_path / STATUS_FILE).parent.mkdir()
    write_status(tmp_path / STATUS_FILE, children)

    with DataLock(tmp_path):
        told, page = ask(town, "status"), read(town, "status")

    assert told["running"] == os.getpid()
    assert [(one["name"], one["state"], one["restarts"]) for one in told["processes"]] == [
        ("queue", "running", 0),
        ("route", "crash_loop", 6),
    ]
    assert f"running here (pid {os.getpid()})" in page
    assert "crash loop" in page


def test_processes_are_read_as_the_daemon_writes_them(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    child = ChildStatus(name="sweep", pid=5, state=ChildState.PAUSING, restarts=1, since=now, last_exit=1)
    write_status(tmp_path / "children.json", [child])
    (tmp_path / "run").mkdir()
    (tmp_path / "children.json").rename(tmp_path / STATUS_FILE)

    assert read_processes(tmp_path) == [
        {"name": "sweep", "pid": 5, "state": "pausing", "restarts": 1, "since": now, "last_exit": 1}
    ]
    assert read_processes(tmp_path / "elsewhere") == []


def test_the_newest_revision_is_the_one_that_migrations_lead_to(town: Town) -> None:
    with town.store.read() as connection:
        assert newest_revision() == current_revision(connection)


HEAVY = (
    "sqlalchemy",
    "alembic",
    "redis",
    "dramatiq",
    "apprise",
    "holidays",
    "babel",
    "config.schema",
    "structlog",
    "imapclient",
)


def test_status_loads_nothing_heavy_and_answers_in_half_a_second(town: Town) -> None:
    # given compiled modules, as an installation has them
    script = "import sys; from cli.main import main; main(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
    argv = [sys.executable, "-c", script, "--config", str(town.config), "status"]
    cache = town.config.parent / "compiled"
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(cache), "PYTHONDONTWRITEBYTECODE": ""}

    # when it runs a few times, and beside it what every command of this library must load
    library = [sys.executable, "-c", "import typer.main, typer._adapters, rich.console, rich.table, sqlite3"]
    seconds, least = [], []
    for _ in range(4):
        least.append(_processor_seconds(library, environment)[0])
        spent, done = _processor_seconds(argv, environment)
        seconds.append(spent)

    # then it loads little, and takes less than half a second of the processor (more only where that library alone does)
    loaded = set(done.stderr.split())
    assert [name for name in HEAVY if name in loaded] == []
    assert min(seconds) < max(0.5, 1.7 * min(least))


def _processor_seconds(argv: list[str], environment: dict[str, str]) -> tuple[float, subprocess.CompletedProcess[str]]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(argv, capture_output=True, text=True, env=environment, check=True, cwd=Path.cwd())
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done
