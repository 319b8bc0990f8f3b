"""The example package as somebody else gets it: what it leans on, and the whole road with the installed command."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.entry_points.conftest import EXAMPLE
from tests.rules.source import ROOMS, imports
from tests.servers.ports import wait_until
from ventanilla.channel import Outgoing
from ventanilla.errors import BadMessage, Temporary

MAY_IMPORT = ("ventanilla.channel", "ventanilla.comparer", "ventanilla.errors", "ventanilla.words", "config.channel")
COMMAND = Path(sys.executable).with_name("ventanilla")


def test_the_example_imports_of_ours_only_what_a_channel_may() -> None:
    package = EXAMPLE / "ventanilla_folder"
    ours = {
        name
        for path in package.glob("*.py")
        for name in imports(path)
        if name.partition(".")[0] in ROOMS and name.partition(".")[0] != "ventanilla_folder"
    }

    assert {name for name in ours if not name.startswith(MAY_IMPORT)} == set()
    assert len(ours) >= 4


@dataclass(frozen=True)
class Shop:
    """The example's own TOML file in a folder, and the installed command beside the installed package."""

    folder: Path
    site: Path

    def run(self, *arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            [COMMAND, *arguments], cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stderr if code > 1 and not done.stdout else done.stdout

    def ask(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments, "--json"))

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VENTANILLA"))}
        return kept | {"PYTHONPATH": str(self.site)}

    def drop(self, name: str, text: str) -> None:
        """As whoever uses the channel does: whole or not at all."""
        unfinished = self.folder / "drop" / "in" / f"{name}.part"
        unfinished.write_text(text, encoding="utf-8")
        unfinished.rename(unfinished.with_suffix(".txt"))

    @property
    def answers(self) -> list[str]:
        return [path.read_text(encoding="utf-8") for path in sorted((self.folder / "drop" / "out").glob("*.txt"))]


@pytest.fixture
def shop(installed: Path, tmp_path: Path) -> Shop:
    shutil.copy(EXAMPLE / "ventanilla.toml", tmp_path)
    for name in ("in", "out"):
        (tmp_path / "drop" / name).mkdir(parents=True)
    return Shop(tmp_path, installed)


@pytest.fixture
def running(shop: Shop) -> Iterator[Shop]:
    """`ventanilla up`, until the test is over."""
    with (shop.folder / "log").open("wb") as log:
        process = subprocess.Popen([COMMAND, "up"], cwd=shop.folder, env=shop.environment, stdout=log, stderr=log)
    try:
        wait_until(lambda: is_pulling(shop), what="the channel's first pull", seconds=60)
        yield shop
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0, (shop.folder / "log").read_text()


def is_pulling(shop: Shop) -> bool:
    done = subprocess.run(
        [COMMAND, "status", "--json"],
        cwd=shop.folder,
        env=shop.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode == 0 and any(one["last_pull_at"] for one in json.loads(done.stdout)["channels"])


def test_a_dropped_file_becomes_a_case_with_one_owner_and_is_answered(running: Shop) -> None:
    # when a customer's file is dropped
    running.drop("one", "From: Eva <Eva@example.org>\n\n¿Cuándo llega mi pedido?\n")
    wait_until(lambda: len(running.answers) == 1, what="the receipt", seconds=60)

    # then it is a case with one owner, and its receipt lies in the other folder
    (case,) = running.ask("conversations")
    assert (case["channel"], case["owner"], case["contact"], case["state"]) == (
        "buzon",
        "ana",
        "eva@example.org",
        "open",
    )
    (receipt,) = running.answers
    assert receipt.startswith("To: eva@example.org\n")
    assert case["key"] in receipt

    # and what the same customer drops next continues it, and what is no message is set aside
    running.drop("two", "From: eva@example.org\n\n¿Hola?\n")
    running.drop("three", "no sender\n")
    wait_until(lambda: sum(running.ask("status")["inbox"].get(each, 0) for each in ("routed", "quarantined")) == 3)
    (case,) = running.ask("conversations")
    assert case["messages"] == 2
    assert running.ask("status")["inbox"] == {**running.ask("status")["inbox"], "routed": 2, "quarantined": 1}
    assert set(running.ask("audit").values()) == {0}


def test_check_knows_the_kind_says_what_works_and_names_the_nearest_for_a_typo(shop: Shop) -> None:
    findings = shop.ask("check", "--connect")["findings"]
    ours = {one["subject"]: one for one in findings if one["channel"] == "buzon"}
    assert ours["inbox"]["message"].endswith("drop/in: 0 files")
    assert ours["outbox"]["ok"]

    file = shop.folder / "ventanilla.toml"
    file.write_text(file.read_text().replace('"folder"', '"foldre"'), encoding="utf-8")
    assert 'channels.buzon.kind: unknown kind "foldre"; did you mean "folder"?' in shop.run("check", code=2)


def test_check_says_what_is_missing_and_the_cure(shop: Shop) -> None:
    shutil.rmtree(shop.folder / "drop")

    findings = json.loads(shop.run("check", "--connect", "--json", code=3))["findings"]

    cures = {one["subject"]: one["cure"] for one in findings if one["channel"] == "buzon" and not one["ok"]}
    assert set(cures) == {"inbox", "outbox"}
    assert all(cures.values())


@pytest.mark.usefixtures("example_on_path")
class TestItsParts:
    """The reader and the sender, which have no suite."""

    @pytest.mark.parametrize("raw", [b"", b"\xff\xfe", b"Hola", b"From: Eva\n\nHola", b"To: eva@example.org\n\nHola"])
    def test_what_is_no_message_is_said_to_be_none(self, raw: bytes) -> None:
        with pytest.raises(BadMessage):
            import_module("ventanilla_folder.reading").read_file(raw, account="in")

    def test_a_message_is_read(self) -> None:
        raw = "\ufeffFrom: Eva Gil <EVA@example.org>\r\n\r\nHola,\r\n¿qué tal?\r\n".encode()

        message = import_module("ventanilla_folder.reading").read_file(raw, account="in")

        assert (message.customer.address, message.customer.name) == ("eva@example.org", "Eva Gil")
        assert (message.text, message.account) == ("Hola,\n¿qué tal?", "in")

    def test_a_letter_is_written_once_and_found_after_a_crash(self, tmp_path: Path) -> None:
        sender = import_module("ventanilla_folder.sending").FolderSender(tmp_path)
        letter = Outgoing(id=7, recipient="eva@example.org", subject="Caso", text="Hola\n")
        assert sender.find(letter) is None

        sent = [sender.send(letter), sender.send(letter)]

        assert sender.find(letter) == sent[0] == sent[1]
        assert [path.name for path in tmp_path.iterdir()] == ["7.txt"]
        assert (tmp_path / "7.txt").read_text() == "To: eva@example.org\nSubject: Caso\n\nHola\n"

    def test_a_folder_that_is_gone_is_tried_again_later(self, tmp_path: Path) -> None:
        sender = import_module("ventanilla_folder.sending").FolderSender(tmp_path / "none")

        with pytest.raises(Temporary):
            sender.send(Outgoing(id=7, recipient="eva@example.org"))
