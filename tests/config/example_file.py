"""Ways to read config/example.toml: as it stands, with a commented table put to use, with one alternative put to use.

A line that begins with # and no space is a setting; the file says so at its top.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from config.base import Settings
from config.kinds import KINDS
from config.schema import Config
from config.template import EXAMPLE

TEXT = EXAMPLE.read_text(encoding="utf-8")
LINES = TEXT.split("\n")
KEY = re.compile(r"#?([\w-]+) = ")


def complete() -> str:
    """The file with every commented table put to use."""
    lines, inside = [], False
    for line in LINES:
        inside = line.startswith("#[") or (inside and re.match(r"#(\S|$)", line) is not None)
        needed = line.startswith("#public_url")  # [web.oidc] sends people back there
        lines.append(line[1:] if inside or needed else line)
    return "\n".join(lines)


def alternatives() -> Iterator[tuple[str, str]]:
    """Each commented setting of a table in use, with the file where it stands in place of the one above it."""
    in_use = complete().split("\n")
    for number, line in enumerate(in_use):
        found = re.match(r"#([\w-]+) = ", line)
        if found is None:
            continue
        text = in_use.copy()
        text[number] = line[1:]
        for other in range(number - 1, 0, -1):
            if text[other].startswith("["):
                break
            if text[other].startswith(f"{found[1]} = "):
                text[other] = ""
        yield line, "\n".join(text)


def settings_in(annotation: Any) -> list[type[Settings]]:
    """The settings classes inside of an annotation."""
    if isinstance(annotation, type) and issubclass(annotation, Settings):
        return [annotation]
    return [found for part in get_args(annotation) for found in settings_in(part)]


Place = tuple[str | int, ...]


def keys_of(table: Any, cls: type[Settings] = Config, path: Place = ()) -> Iterator[tuple[type[Settings], Place]]:
    """Every key of a raw table that is a setting (not a name of the admin's), with the class that declares it."""
    for name, field in cls.model_fields.items():
        key = field.alias or name
        if key not in table:
            continue
        yield cls, (*path, key)
        value = table[key]
        inner = settings_in(field.annotation)
        if not inner:
            continue
        for place, child in _children(value, (*path, key), has_names="dict[" in str(field.annotation)):
            child_class = KINDS[child["kind"]] if key == "channels" else inner[0]
            yield from keys_of(child, child_class, place)


def _children(
    value: Any, path: tuple[str | int, ...], *, has_names: bool
) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    if isinstance(value, list):
        yield from (((*path, number), item) for number, item in enumerate(value))
    elif isinstance(value, dict) and has_names:
        yield from (((*path, name), item) for name, item in value.items())
    elif isinstance(value, dict):
        yield path, value


def written(folder: Path, text: str) -> Path:
    """The text as a file, with every secret that the example names."""
    secrets = folder / "secrets"
    secrets.mkdir(exist_ok=True)
    for name in ("soporte", "avisos", "oauth2", "ca.pem", "metrics", "oidc"):
        (secrets / name).write_text("x\n")
        (secrets / name).chmod(0o600)
    (secrets / "crm").write_text("whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n")
    (secrets / "crm").chmod(0o600)
    (secrets / "store").write_text("postgresql://u:p@localhost/v\n")
    (secrets / "store").chmod(0o600)
    path = folder / "ventanilla.toml"
    path.write_text(text, encoding="utf-8")
    return path
