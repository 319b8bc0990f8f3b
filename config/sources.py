"""Knows how to read the admin's file and the files that it includes; knows TOML, and nothing of what the keys mean."""

from __future__ import annotations

import glob
import hashlib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from config.lines import Path as KeyPath
from config.lines import key_lines, line_of
from config.plain import shown
from ventanilla.errors import ConfigError, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file as read. `path` is as it was named; what the file names is relative to `folder`."""

    path: Path
    content: bytes = field(repr=False)
    table: dict[str, Any] = field(repr=False)
    lines: dict[KeyPath, int] = field(repr=False)

    @property
    def folder(self) -> Path:
        return self.path.absolute().parent

    def problem(self, key: str, message: str, *, at: KeyPath = ()) -> Problem:
        """A problem at a key of this file. What cannot be printed (an odd key may hold a line end) is shown as a `?`."""
        return Problem(
            file=str(self.path), key=_printable(key), message=_printable(message), line=line_of(self.lines, at)
        )


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def read_sources(path: Path) -> tuple[Source, ...]:
    """The file and then what it includes, in the order of its patterns. Raises ConfigError with what cannot be read."""
    main = _read(path)
    problems: list[Problem] = []
    sources = [main]
    for included in _included(main, problems):
        try:
            sources.append(_read(included))
        except ConfigError as error:
            problems += error.problems
    for source in sources[1:]:
        if "include" in source.table:
            problems.append(source.problem("include", "only the main file may include others", at=("include",)))
    if problems:
        raise ConfigError(problems)
    return tuple(sources)


def fingerprint(sources: Iterable[Source]) -> str:
    """The sha256 over all files' bytes, in hex; where the files stand does not count."""
    digest = hashlib.sha256()
    for source in sources:
        digest.update(f"{len(source.content)}\n".encode())
        digest.update(source.content)
    return digest.hexdigest()


def _included(main: Source, problems: list[Problem]) -> list[Path]:
    patterns = main.table.get("include", [])
    if not isinstance(patterns, list) or not all(isinstance(pattern, str) for pattern in patterns):
        message = f'expected a list of files such as ["agents.d/*.toml"], got {shown(patterns)}'
        problems.append(main.problem("include", message, at=("include",)))
        return []
    found: dict[Path, Path] = {main.path.absolute(): main.path}
    for number, pattern in enumerate(patterns):
        names = sorted(glob.glob(pattern, root_dir=main.folder)) if "\0" not in pattern else []
        if not names and not glob.has_magic(pattern):
            problems.append(main.problem("include", f'there is no file "{pattern}"', at=("include", number)))
        for name in names:
            found.setdefault(main.folder / name, main.path.parent / name)
    return list(found.values())[1:]


def _read(path: Path) -> Source:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise _refused(path, "there is no such file; `ventanilla init` writes one") from None
    except OSError as error:
        raise _refused(path, f"cannot be read: {(error.strerror or 'unknown reason').lower()}") from None
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _refused(path, "not UTF-8 text; save the file as UTF-8", line=line) from None
    return Source(path=path, content=content, table=_parsed(path, text), lines=key_lines(text))


def _parsed(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax(path, str(error), text) from None
    except RecursionError:
        raise _refused(path, "lists and tables stand in one another too deep to be read") from None
    except ValueError:  # Python reads no number of thousands of digits
        raise _refused(path, "holds a number of far too many digits") from None


def _refused(path: Path, message: str, *, line: int | None = None) -> ConfigError:
    return ConfigError([Problem(file=str(path), key="", message=message, line=line)])


_HINTS = {
    "Invalid value": 'a value is missing or wrong: a text needs quotes, such as name = "Ana"',
    "Cannot overwrite a value": "the same key is written twice",
    "Expected '=' after a key in a key/value pair": "a key needs = and a value behind it",
    "Unclosed array": "a list is not closed: ] is missing",
    "Unclosed inline table": "} is missing: a table ends on the line where it begins",
    "Illegal character '\\n'": 'a text is not closed: " is missing',
    "Invalid initial character for a key part": "a key was expected; a table { … } stands on one line",
    "Expected ']' at the end of a table declaration": "] is missing",
    "Expected newline or end of document after a statement": "something is left over behind the value",
}
_TWICE = re.compile(r"Cannot declare \((.*?),?\) twice")


def _syntax(path: Path, message: str, text: str) -> ConfigError:
    """tomllib's complaint with its line and column. The line's text is not shown: it may hold a secret."""
    where = re.search(r"(.*) \((?:at line (\d+), column (\d+)|at end of document)\)$", message, re.DOTALL)
    if where is None:
        return _refused(path, f"not valid TOML: {_hint(message)}")
    line = int(where[2]) if where[2] else text.count("\n") + 1
    column = f"column {where[3]}" if where[3] else "at the end of the file"
    return _refused(path, f"not valid TOML, {column}: {_hint(where[1])}", line=line)


def _hint(message: str) -> str:
    twice = _TWICE.match(message)
    if twice:
        name = ".".join(part.strip(" '\"") for part in twice[1].split(","))
        return f"the table [{name}] is written twice"
    return _HINTS.get(message, f"{message[:1].lower()}{message[1:]}")
