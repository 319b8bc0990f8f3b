"""The project's own Python files, read as text and as syntax. Knows no rule."""

from __future__ import annotations

import ast
import gc
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("ventanilla", "config", "connectors", "router", "reports", "desk", "daemon", "worker", "cli", "demo")


def modules(*places: str) -> Iterator[tuple[str, Path]]:
    """Dotted name and path of every module of these rooms or folders."""
    for place in places:
        folder = ROOT / place
        for path in sorted(folder.rglob("*.py")) if folder.is_dir() else [ROOT / f"{place}.py"]:
            yield ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), path


@cache
def syntax(path: Path) -> ast.Module:
    """A file's syntax tree. Before 3.11.5 Python confuses two threads that parse at once (CPython issue 106905): then it is asked
    again."""
    text = path.read_text(encoding="utf-8")
    gc.disable()  # a tree stays: looking through it for what could go, again and again, takes longer than reading it
    try:
        return ast.parse(text)
    except SystemError:
        return ast.parse(text)
    finally:
        gc.freeze()
        gc.enable()


@cache
def imports(path: Path) -> frozenset[str]:
    """The dotted names that a file imports, wherever in it, types included; `from a import b` is `a` and `a.b`."""
    found: set[str] = set()
    for node in ast.walk(syntax(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import hides which room it comes from"
            found |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(found)
