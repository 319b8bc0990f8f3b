"""What an attacker looks for first in a source is not in ours: code out of data, a shell, TLS unchecked, guesses by a clock."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rules.source import ROOT, syntax

ROOMS = ("ventanilla", "config", "connectors", "router", "reports", "desk", "daemon", "cli")
FILES = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))] + [ROOT / "worker.py"]
NEVER_IMPORTED = {
    "pickle",
    "marshal",
    "shelve",
    "yaml",
    "random",
    "xmlrpc",
    "telnetlib",
    "xml.etree",
    "xml.sax",
    "xml.dom",
}
NEVER_CALLED = {
    "eval",
    "exec",
    "os.system",
    "os.popen",
    "mktemp",
    "tempfile.mktemp",
    "extractall",
    "_create_unverified_context",
}


def nodes() -> Iterator[tuple[Path, ast.AST]]:
    for path in FILES:
        for node in ast.walk(syntax(path)):
            if isinstance(node, ast.Import | ast.ImportFrom | ast.Call | ast.keyword | ast.Compare):
                yield path.relative_to(ROOT), node


@pytest.fixture(scope="module")
def whole() -> list[tuple[Path, ast.AST]]:
    return list(nodes())


def test_nothing_makes_code_or_objects_out_of_data_and_nothing_draws_by_a_weak_dice(
    whole: list[tuple[Path, ast.AST]],
) -> None:
    found = []
    for path, node in whole:
        names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
        found += [
            f"{path}: {name}" for name in names if name in NEVER_IMPORTED or name.partition(".")[0] in NEVER_IMPORTED
        ]

    assert found == []


def test_nothing_is_called_that_runs_a_text_or_unpacks_where_it_likes(whole: list[tuple[Path, ast.AST]]) -> None:
    found = [
        f"{path}:{node.lineno} {ast.unparse(node.func)}"
        for path, node in whole
        if isinstance(node, ast.Call) and _called(node.func) & NEVER_CALLED
    ]

    assert found == []


def test_no_shell_and_no_unchecked_certificate(whole: list[tuple[Path, ast.AST]]) -> None:
    bad = {"shell": True, "verify": False, "follow_redirects": True, "allow_redirects": True, "check_hostname": False}
    found = [
        f"{path}:{node.value.lineno} {node.arg}"
        for path, node in whole
        if isinstance(node, ast.keyword)
        and node.arg in bad
        and isinstance(node.value, ast.Constant)
        and node.value.value is bad[node.arg]
    ]

    assert found == []


def test_what_was_signed_is_never_compared_by_equality(whole: list[tuple[Path, ast.AST]]) -> None:
    """`==` on what a stranger sends tells by its time how much of it was right."""
    found = []
    for path, node in whole:
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
            sides = [ast.unparse(one).lower() for one in (node.left, *node.comparators)]
            if all(any(word in side for word in ("signature", "_mac", "seal(", "hexdigest")) for side in sides):
                found.append(f"{path}:{node.lineno} {ast.unparse(node)}")

    assert found == []


def _called(what: ast.expr) -> set[str]:
    """The last name of what is called, and the last two."""
    if isinstance(what, ast.Attribute):
        before = what.value.id if isinstance(what.value, ast.Name) else ""
        return {what.attr, f"{before}.{what.attr}"}
    return {what.id} if isinstance(what, ast.Name) else set()
