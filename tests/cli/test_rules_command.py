"""`rules test`: what would become of a message, rule by rule; and nothing is changed by asking."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from cli.context import fresh_context
from cli.main import main
from tests.cli.conftest import Read
from tests.cli.town import Town, build_town
from tests.router.house_for_tests import mail
from ventanilla.store.engine import Store
from ventanilla.store.tables import metadata

RULES = """
[channels.chat]
kind = "telegram"
team = "atencion"
token = {{ file = "bot" }}

[agents.rosa]
email = "rosa@example.com"
languages = ["ca"]
calendar = "madrid"

[teams.catala]
members = ["rosa"]
duty = ["marta"]

[[rules]]
when = {{ domain = "otra.example", subject = "(?i)factura" }}
then = {{ team = "catala" }}

[[rules]]
when = {{ subject = "(?i)factura" }}
then = {{ kind = "claim", priority = "high", tags = ["facturas"] }}

[[rules]]
when = {{ kind = "claim" }}
then = {{ agent = "luis", priority = "low" }}

[[rules]]
when = {{ language = "ca" }}
then = {{ team = "catala", languages = "ca" }}
"""
INVOICE = mail(subject="Factura equivocada", text="Buenos días, la factura de ayer está mal y quiero otra.")


@pytest.fixture
def town(sqlite_store: Store, tmp_path: Path) -> Town:
    return _town(sqlite_store, tmp_path)


def _town(store: Store, folder: Path) -> Town:
    (folder / "bot").write_text("123456:abcdefghijklmnopqrstuvwxyzABCDEFGHI", encoding="utf-8")
    (folder / "bot").chmod(0o600)
    (folder / "factura.eml").write_bytes(INVOICE)
    return build_town(store, folder, more=RULES.format())


def _objects(town: Town, capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert town.run("rules", "test", *arguments, "--json") == code
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def _rows(store: Store) -> dict[str, list[Any]]:
    with store.read() as connection:
        return {table.name: list(connection.execute(sa.select(table))) for table in metadata.tables.values()}


def test_every_rule_says_whether_it_matched_and_what_it_decided(
    tmp_path: Path, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    town = _town(store, tmp_path)
    before = _rows(store)

    (told,) = _objects(town, capsys, str(tmp_path / "factura.eml"))

    assert [(one["number"], one["matched"], one["failed"], one["decided"]) for one in told["rules"]] == [
        (1, False, ["domain"], {}),
        (2, True, [], {"kind": "claim", "priority": "high", "tags": ["facturas"]}),
        (3, True, [], {"agent": "luis"}),
        (4, False, ["language"], {}),
    ]
    assert told["decided"] == {"kind": "claim", "priority": "high", "tags": ["facturas"], "agent": "luis"}
    assert (told["team"], told["owner"], told["why"]) == ("atencion", "luis", "a rule gives such cases to this person")
    assert (told["language"], told["language_from"], told["is_contact"]) == ("es", "text", False)
    assert told["screening"] == {"verdict": "accept", "reason": ""}
    assert _rows(store) == before


def test_what_is_rehearsed_is_what_happens(town: Town, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    from worker import build_router  # the channel's real reader, not these tests' own

    router = build_router(town.router.house.config, town.store)
    (told,) = _objects(town, capsys, str(tmp_path / "factura.eml"))
    town.router = router
    town.route(town.commit(INVOICE))
    capsys.readouterr()
    assert town.run("conversations", "--json") == 0
    (case,) = json.loads(capsys.readouterr().out)

    assert (case["owner"], case["kind"], case["priority"], case["tags"]) == (
        told["owner"],
        told["decided"]["kind"],
        told["decided"]["priority"],
        told["decided"]["tags"],
    )


def test_for_people_each_rule_is_a_line_with_its_place(town: Town, read: Read, tmp_path: Path) -> None:
    page = read(town, "rules", "test", str(tmp_path / "factura.eml"), "--at", "2026-11-23T10:00")
    lines = town.config.read_text(encoding="utf-8").splitlines()
    places = [number for number, line in enumerate(lines, start=1) if line == "[[rules]]"]

    assert f"rule 1    ventanilla.toml:{places[0]}  no: domain" in page
    assert f"rule 2    ventanilla.toml:{places[1]}  yes: kind claim; priority high; tags facturas" in page
    assert "soporte, 2026-11-23 10:00, in opening hours" in page
    assert "screening accept" in page
    assert "owner     luis: a rule gives such cases to this person" in page
    assert "promise   normal: an answer today at 11:00" in page


def test_the_moment_decides_who_is_there(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    text = "Bon dia, voldria saber quan arriba la meva comanda, si us plau."
    message = ("--text", text, "--channel", "chat", "--sender", "1234")

    (monday,) = _objects(town, capsys, *message, "--at", "2026-11-23T10:00")
    (sunday,) = _objects(town, capsys, *message, "--at", "2026-11-22T10:00")

    assert (monday["language"], monday["team"], monday["channel"], monday["sender"]) == ("ca", "catala", "chat", "1234")
    assert (monday["owner"], monday["in_line"], monday["at"]) == ("rosa", False, "2026-11-23T09:00:00Z")
    assert (sunday["owner"], sunday["in_line"]) == ("marta", True)
    assert [one["verdict"] for one in sunday["considered"] if one["agent"] == "rosa"] == ["off_duty"]


def test_a_rule_that_is_not_in_force_yet_counts(town: Town, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    more = '\n[agents.nuria]\nemail = "nuria@example.com"\n[teams.nou]\nmembers = ["nuria"]\nduty = ["marta"]\n'
    rule = '[[rules]]\nthen = { team = "nou" }\n'
    town.config.write_text(town.config.read_text(encoding="utf-8") + more + rule, encoding="utf-8")

    (told,) = _objects(town, capsys, "--text", "x", "--channel", "chat", "--sender", "1234")

    assert (told["team"], told["owner"]) == ("nou", "nuria")


def test_a_customer_whom_we_know_is_told_as_such(
    town: Town, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    town.write("lucia@clientes.example")
    with town.store.write() as connection:
        connection.exec_driver_sql("UPDATE contacts SET language = 'gl'")

    (told,) = _objects(town, capsys, str(tmp_path / "factura.eml"))

    assert (told["is_contact"], told["language"], told["language_from"]) == (True, "gl", "contact")


def test_what_screening_keeps_out_is_told_and_still_rehearsed(town: Town, read: Read, tmp_path: Path) -> None:
    path = tmp_path / "auto.eml"
    path.write_bytes(mail(subject="Factura", headers={"Auto-Submitted": "auto-replied"}))

    page = read(town, "rules", "test", str(path))

    assert "screening auto_reply" in page
    assert "opens no case" in page
    assert "yes: kind claim" in page


def test_mails_come_from_folders_and_standard_input_too(
    town: Town, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "mails"
    folder.mkdir()
    (folder / "1.eml").write_bytes(INVOICE)
    (folder / "2.eml").write_bytes(b"")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(INVOICE)))

    told = _objects(town, capsys, str(folder), "-", code=2)

    assert [Path(one["path"]).name for one in told] == ["1.eml", "2.eml", "-"]
    assert [one["error"] is None for one in told] == [True, False, True]


def test_without_a_store_the_rules_are_tried_all_the_same_and_none_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], town: Town
) -> None:
    alone = tmp_path / "alone"
    alone.mkdir()
    text = town.config.read_text(encoding="utf-8")
    for name in ("bot", "secret", "factura.eml"):
        (alone / name).write_bytes((tmp_path / name).read_bytes())
    (alone / "ventanilla.toml").write_text(text, encoding="utf-8")
    capsys.readouterr()

    with fresh_context():
        code = main(["--config", str(alone / "ventanilla.toml"), "rules", "test", str(alone / "factura.eml")])
    page = capsys.readouterr().out

    assert code == 0
    assert "yes: kind claim" in page
    assert "owner     not asked: there is no store yet" in page
    assert not list(alone.glob("*.db*"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name files of mails, or write a message with --text and --sender"),
        (("x.eml",), "x.eml: no such file or folder"),
        (("--text", "hola"), "say --channel: the file has soporte, chat"),
        (("--text", "hola", "--channel", "chat"), "--sender: say who writes"),
        (("--text", "hola", "--channel", "nada"), '--channel: there is no channel "nada"; the file has soporte, chat'),
        (("-", "--channel", "chat"), "chat: files are mails, and this channel is telegram; use --text and --sender"),
        (("-", "--at", "luego"), "--at: expected"),
    ],
)
def test_what_cannot_be_asked_is_told_in_plain_words(
    town: Town, read: Read, arguments: tuple[str, ...], said: str
) -> None:
    assert said in read(town, "rules", "test", *arguments, code=2)
