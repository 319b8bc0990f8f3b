"""What --json prints, against docs/commands.md: every key is named in its command's section."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.town import Town, build_town
from tests.docs.pages import ROOT, sections
from ventanilla.store.engine import Store

# Tables whose keys are states, checks or codes: not fields.
FREE = {"inbox", "outbox", "decision", "data", "raw", "hours", "owners", "audit", "letters", "otherwise"}
COMMANDS = (
    "check",
    "status",
    "conversations",
    "show KEY",
    "explain KEY",
    "inbox",
    "outbox",
    "contacts",
    "contact show lucia@client.example",
    "contacts suggestions",
    "report --by channel",
    "agents",
    "digest",
    "reports",
    "away ana --to 2099-12-01 --cover luis",
    "back ana",
    "calendar madrid --year 2026",
    "rules test --text hola --channel soporte --sender lucia@client.example",
    "reload --dry-run",
    "doctor",
    "migrate",
    "release 2",
    "replay --all",
    "outbox release --all",
    "outbox drop --all --yes",
)


@pytest.fixture
def town(sqlite_store: Store, tmp_path: Path) -> Town:
    """Lucía has a case; a newsletter was screened."""
    town = build_town(sqlite_store, tmp_path)
    town.write("lucia@client.example", name="Lucía", ago=timedelta(minutes=5))
    town.write("news@shop.example", verdict="list")
    return town


def test_every_key_that_json_prints_is_documented(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    key = _printed(town, capsys, "conversations")[0]["key"]
    missing = []
    for line in COMMANDS:
        document = _printed(town, capsys, *line.replace("KEY", key).split())
        section = _section_of(line)
        missing += [
            f"{line}: {name}" for name in sorted(set(_keys(document))) if not re.search(rf"\b{name}\b", section)
        ]

    assert missing == [], "\n".join(missing)


def _printed(town: Town, capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    capsys.readouterr()
    town.run(*words, "--json")
    return json.loads(capsys.readouterr().out)


def _section_of(line: str) -> str:
    """The section of the command; what it lists `as in` another's is that one's too."""
    pages = {one.named[0]: one.text for one in sections(ROOT / "docs" / "commands.md") if one.named}
    words = [word for word in line.split() if word.isalpha() and word.islower()]
    name = next(each for each in (" ".join(words[:2]), words[0]) if each in pages)
    others = re.findall(r"as in `(\w+)`", pages[name])
    return " ".join([pages[name], *(pages[other] for other in others)])


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _keys(item)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            if key not in FREE:
                yield from _keys(inner)
