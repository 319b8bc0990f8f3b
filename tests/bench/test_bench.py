"""What `make bench` says of what it measured: goals, the table, growth, and a floor that writes what the service writes."""

from __future__ import annotations

import json
from pathlib import Path

import sqlalchemy as sa

from bench.inside import inside
from bench.offering import quantile
from bench.recording import recorded, replay
from bench.rows import Row, as_table, at_least, at_most, of_desk, told, write_json
from bench.shop import sample_mails
from bench.soak import MEMORY, Look, rows
from ventanilla.store.engine import Store
from ventanilla.store.tables import assignments, contacts, events, inbox, outbox


def looks(memory: list[float]) -> list[Look]:
    return [Look(at=60.0 * minute, memory=size, files=50, threads=20, wal=4.0) for minute, size in enumerate(memory)]


def test_a_goal_is_met_or_missed_and_said_so() -> None:
    assert at_least("road", "x", 400, "mails/s", 400).verdict == "goal 400: met"
    assert at_least("road", "x", 399, "mails/s", 400).verdict == "goal 400: MISSED"
    assert at_most("latency", "x", 25.1, "ms", 25).verdict == "goal 25 ms: MISSED"
    assert told("road", "x", 1234.5, "ms").verdict == ""


def test_the_table_has_a_line_a_row_in_columns() -> None:
    table = as_table([at_least("road", "long name", 1234, "mails/s", 400, note="why"), told("road", "x", 1.5, "ms")])
    first, second = table.splitlines()
    assert first == "long name  1,234 mails/s  goal 400: met  why"
    assert second == "x                1.50 ms"


def test_rows_of_the_desk_keep_their_verdict() -> None:
    met, plain = of_desk([("list", "p95 90 ms", "goal p95 100 ms: met; 5 asked"), ("PSS", "80 MB", "")])
    assert (met.goal, met.met, met.note) == ("goal p95 100 ms", True, "5 asked")
    assert plain.met is None


def test_the_figures_can_be_read_by_a_program(tmp_path: Path) -> None:
    row = at_most("memory", "idle", 120, "MB", 300)
    write_json([row], tmp_path / "bench.json", conditions={"cores": 2})
    whole = json.loads((tmp_path / "bench.json").read_text())
    assert whole["conditions"] == {"cores": 2}
    assert Row(**whole["rows"][0]) == row


def test_what_grows_and_what_only_warms_up_are_told_apart() -> None:
    warm = rows("SQLite", looks([80, 95, *[100.0] * 18]))
    leak = rows("SQLite", looks([100 + 2 * minute for minute in range(20)]))
    assert next(row for row in warm if MEMORY in row.what).met is True
    assert next(row for row in leak if MEMORY in row.what).met is False


def test_a_quantile_is_one_of_the_values() -> None:
    assert quantile([5, 1, 4, 2, 3], 0.5) == 3
    assert quantile([1.0], 0.99) == 1.0


def test_the_bare_transactions_write_the_same_rows_as_the_service(tmp_path: Path) -> None:
    with inside(tmp_path / "recorded", store_url="sqlite") as shop, recorded(shop.store) as recording:
        before = counted(shop.store)
        shop.route(shop.take_in(sample_mails(12)))
        written = {name: number - before[name] for name, number in counted(shop.store).items()}
    with inside(tmp_path / "replayed", store_url="sqlite") as shop:
        before = counted(shop.store)
        assert replay(shop.store, recording.transactions) > 0
        assert {name: number - before[name] for name, number in counted(shop.store).items()} == written
    assert written["assignments"] == written["contacts"] == 12


def counted(store: Store) -> dict[str, int]:
    with store.read() as connection:
        return {
            table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in (inbox, contacts, assignments, outbox, events)
        }
