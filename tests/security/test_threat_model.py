"""What docs/security.md names as holding a promise is there."""

from __future__ import annotations

import re

import pytest

from tests.rules.source import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`([a-z_]+/[\w./-]+?)`", PAGE)))


@pytest.mark.parametrize("name", NAMED)
def test_what_is_named_exists(name: str) -> None:
    path = ROOT / name

    assert path.exists()
    assert path.is_dir() or name.startswith(("docs/", "tools/")) or path.suffix == ".py"


def test_each_threat_of_a_table_names_what_does_it_and_what_tries_it() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and "`" in line]

    assert len(rows) >= 14
    for row in rows:
        held = row.rstrip(" |").rpartition("|")[2]
        assert "`tests/" in held, row
        assert re.search(r"`(?!tests/)[a-z_]+/", held), row


def test_the_page_says_how_to_report_and_is_reached_from_there() -> None:
    assert "(../SECURITY.md)" in PAGE
    assert "docs/security.md" in (ROOT / "SECURITY.md").read_text(encoding="utf-8")
