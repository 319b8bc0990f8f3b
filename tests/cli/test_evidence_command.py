"""`evidence` as it is typed: on both engines, of a case that was merged, refused in plain words, and checked again."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import sqlalchemy as sa

from tests.cli.conftest import Ask, Read
from tests.cli.town import Town
from ventanilla.store.tables import conversations, outbox, seals


def keys(town: Town) -> list[str]:
    with town.store.read() as connection:
        return [row.key for row in connection.execute(conversations.select().order_by(conversations.c.id))]


def test_a_case_is_written_and_holds_on_either_engine(either_town: Town, ask: Ask, read: Read, tmp_path: Path) -> None:
    either_town.write("eva@clientes.example", files=[("../../nota.txt", "hola")])
    (key,) = keys(either_town)
    target = tmp_path / "eva.zip"

    made = ask(either_town, "evidence", key.lower(), "--out", str(target), "--language", "es")

    assert (made["path"], made["key"]) == (str(target), key)
    assert made["sha256"] == hashlib.sha256(target.read_bytes()).hexdigest()
    with zipfile.ZipFile(target) as packed:
        assert sorted(packed.namelist()) == sorted(one["name"] for one in made["files"])
        assert packed.read("files/0001-nota.txt") == b"hola"
        case = json.loads(packed.read("case.json"))
        (shown,) = ask(either_town, "show", key)
        assert case["messages"][0]["attachments"][0].pop("path") == "files/0001-nota.txt"
        assert case["messages"][0]["raw"].pop("path") == "originals/received/0001-message-1.json"
        del shown["messages"][0]["attachments"][0]["path"], shown["messages"][0]["raw"]["path"]
        assert case == shown, "what `show --json` says, with its files by their names in the ZIP"
        sealed = [json.loads(line) for line in packed.read("events.jsonl").splitlines()]
    assert all(one["number"] for one in sealed), "nothing is left without its seal"
    found = ask(either_town, "evidence", "--verify", str(target))
    assert (found["holds"], found["events"], found["sealed"]) == (True, len(sealed), len(sealed))
    assert "the same hashes stand in this store" in read(either_town, "evidence", "--verify", str(target))


def test_a_store_that_was_changed_since_is_told(town: Town, ask: Ask, read: Read, tmp_path: Path) -> None:
    town.write("eva@clientes.example")
    target = tmp_path / "e.zip"
    ask(town, "evidence", *keys(town), "--out", str(target), "--language", "en")
    elsewhere = tmp_path / "elsewhere.toml"
    with town.store.write() as connection:
        guards = sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'seals'")
        for name in connection.scalars(guards).all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        newest = sa.select(sa.func.max(seals.c.number)).scalar_subquery()
        connection.execute(sa.update(seals).where(seals.c.number == newest).values(hash="0" * 64))

    assert "in this store stands another hash" in read(town, "evidence", "--verify", str(target), code=1)
    town.config = elsewhere
    assert "not compared with a store" in read(town, "evidence", "--verify", str(target))


def test_what_was_left_out_of_a_file_that_is_sound_in_itself_is_told_where_the_store_is_at_hand(
    town: Town, ask: Ask, read: Read, tmp_path: Path
) -> None:
    town.write("eva@clientes.example")
    target, elsewhere = tmp_path / "e.zip", tmp_path / "elsewhere.toml"
    ask(town, "evidence", *keys(town), "--out", str(target), "--language", "en")
    with zipfile.ZipFile(target) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    lines = files["events.jsonl"].splitlines(keepends=True)
    gone = [json.loads(line)["number"] for line in lines[:2]]
    whole, seal = town.config, json.loads(files["seal.json"])
    cut = {**seal, "number": seal["number"] + 5, "hash": "0" * 64}
    stripped = remade(tmp_path / "stripped.zip", {**files, "events.jsonl": b"".join(lines[2:])})
    no_seal = json.dumps({**json.loads(lines[0]), "number": None, "previous": None, "hash": None}).encode() + b"\n"
    unsealed = remade(tmp_path / "unsealed.zip", {**files, "events.jsonl": b"".join([*lines[1:], no_seal])})
    ahead = remade(tmp_path / "ahead.zip", {**files, "seal.json": json.dumps(cut).encode()})

    town.config = elsewhere
    for forged in (stripped, unsealed, ahead):
        assert "not compared with a store" in read(town, "evidence", "--verify", str(forged))
    town.config = whole
    said = read(town, "evidence", "--verify", str(stripped), code=1)
    assert f"2 events of this case that were sealed by then are not in the ZIP: number {gone[0]}, {gone[1]}" in said
    said = read(town, "evidence", "--verify", str(unsealed), code=1)
    assert f"1 event of this case that was sealed by then is not in the ZIP: number {gone[0]}" in said
    said = read(town, "evidence", "--verify", str(ahead), code=1)
    assert f"seal.json: number {cut['number']} of the chain: in this store stands nothing" in said


def test_what_was_merged_into_a_case_since_is_not_missed_in_its_file(
    town: Town, ask: Ask, read: Read, tmp_path: Path
) -> None:
    town.write("eva@clientes.example", subject="Una")
    town.write("eva@clientes.example", subject="Otra")
    one, other = keys(town)
    target = tmp_path / "e.zip"
    ask(town, "evidence", one, "--out", str(target), "--language", "en")
    ask(town, "merge", other, "--into", one, "--as", ask(town, "show", one)[0]["owner"])
    ask(town, "evidence", one, "--out", str(tmp_path / "both.zip"), "--language", "en")

    assert "the same hashes stand in this store" in read(town, "evidence", "--verify", str(target))
    assert "the same hashes stand in this store" in read(town, "evidence", "--verify", str(tmp_path / "both.zip"))


def remade(target: Path, files: dict[str, bytes]) -> Path:
    """A ZIP that holds in itself: every hash in it is worked out again."""
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    about = json.loads(files["manifest.json"])
    about["files"] = [{**one, "sha256": hashes[one["name"]]} for one in about["files"]]
    content = {**files, "manifest.json": json.dumps(about).encode()}
    hashes["manifest.json"] = hashlib.sha256(content["manifest.json"]).hexdigest()
    del hashes["MANIFEST.sha256"]
    content["MANIFEST.sha256"] = "".join(f"{hashes[name]}  {name}\n" for name in sorted(hashes)).encode()
    with zipfile.ZipFile(target, "w") as packed:
        for name, one in content.items():
            packed.writestr(name, one)
    return target


def test_a_forged_file_is_told_and_exits_with_1(town: Town, ask: Ask, read: Read, tmp_path: Path) -> None:
    town.write("eva@clientes.example")
    target, forged = tmp_path / "e.zip", tmp_path / "forged.zip"
    ask(town, "evidence", *keys(town), "--out", str(target), "--language", "en")
    with zipfile.ZipFile(target) as packed, zipfile.ZipFile(forged, "w") as other:
        for name in packed.namelist():
            other.writestr(name, packed.read(name) + (b" " if name == "case.json" else b""))

    said = read(town, "evidence", "--verify", str(forged), code=1)

    assert "does NOT hold" in said
    assert "case.json: was changed" in said


def test_a_merged_case_is_written_as_the_one_it_was_merged_into(town: Town, ask: Ask, tmp_path: Path) -> None:
    town.write("eva@clientes.example", subject="Una")
    town.write("eva@clientes.example", subject="Otra")
    one, other = keys(town)
    owner = ask(town, "show", one)[0]["owner"]
    ask(town, "merge", other, "--into", one, "--as", owner)

    made = ask(town, "evidence", other, "--out", str(tmp_path / "e.zip"), "--language", "en")

    assert made["key"] == one
    with zipfile.ZipFile(tmp_path / "e.zip") as packed:
        page = packed.read("evidence.en.html").decode()
    assert f"Case {other} was asked for; it was merged into case {one}" in page
    assert page.count("Message from eva@clientes.example") == 2


def test_an_erased_customers_case_keeps_its_times_and_says_what_is_gone(
    town: Town, ask: Ask, read: Read, tmp_path: Path
) -> None:
    town.write("eva@clientes.example", text="Vivo en la calle Mayor", files=[("plano.txt", "casa")])
    (key,) = keys(town)
    owner = ask(town, "show", key)[0]["owner"]
    ask(town, "resolve", key, "--as", owner, "--no-reply-needed")
    with town.store.write() as connection:
        connection.execute(sa.update(outbox).values(state="sent", sent_at=town.now))
    read(town, "erase", "eva@clientes.example", "--yes")

    made = ask(town, "evidence", key, "--out", str(tmp_path / "e.zip"), "--language", "en")

    assert made["missing"] == []
    with zipfile.ZipFile(tmp_path / "e.zip") as packed:
        page = packed.read("evidence.en.html").decode()
        everything = b"".join(packed.read(name) for name in packed.namelist()).decode("utf-8", "replace")
    assert "What the customer wrote was erased on" in page
    assert "Who answered for the case" in page
    assert "Mayor" not in everything
    assert "eva@" not in everything


def test_what_cannot_be_is_refused_with_the_cure(town: Town, read: Read, tmp_path: Path) -> None:
    town.write("eva@clientes.example")
    (key,) = keys(town)
    there = tmp_path / "there.zip"
    there.write_bytes(b"something")

    assert "expected a case key" in read(town, "evidence", code=2)
    assert "not a case key" in read(town, "evidence", "nonsense", code=2)
    assert "there is no case" in read(town, "evidence", "222-222-222", "--out", str(tmp_path / "x.zip"), code=2)
    assert 'expected es, en or both, got "fr"' in read(town, "evidence", key, "--language", "fr", code=2)
    assert "--force replaces it" in read(town, "evidence", key, "--out", str(there), code=2)
    assert "is a folder" in read(town, "evidence", key, "--out", str(tmp_path), code=2)
    assert "no such folder" in read(town, "evidence", key, "--out", str(tmp_path / "no" / "e.zip"), code=2)
    assert "is no ZIP" in read(town, "evidence", "--verify", str(there), code=2)
    assert "leave the key out" in read(town, "evidence", key, "--verify", str(there), code=2)
    assert there.read_bytes() == b"something"
    read(town, "evidence", key, "--out", str(there), "--force", "--language", "es")
    assert zipfile.is_zipfile(there)
