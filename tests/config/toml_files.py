"""A good file to spoil, and how tests write and load one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from config.load import Loaded, load_config
from ventanilla.errors import ConfigError, Problem

ALL_KINDS = frozenset({"email", "telegram", "twilio"})
TODAY = date(2026, 11, 20)

SMTP = 'smtp = { host = "smtp.example.com", user = "soporte@example.com", password = { file = "secrets/soporte" } }'

GOOD = """\
[service]
name = "Ferretería Sol"
timezone = "Europe/Madrid"

[channels.soporte]
kind = "email"
team = "atencion"
address = "soporte@example.com"
imap = { host = "imap.example.com", port = 993, password = { file = "secrets/soporte" } }
smtp = { host = "smtp.example.com", user = "soporte@example.com", password = { file = "secrets/soporte" } }

[teams.atencion]
members = ["ana", "luis"]
duty = ["marta"]

[agents.ana]
email = "ana@example.com"
calendar = "madrid"

[agents.luis]
email = "luis@example.com"

[agents.marta]
email = "marta@example.com"
role = "supervisor"

[calendars.madrid]
hours = { mon-thu = ["09:00-14:00", "15:00-18:00"], fri = ["09:00-15:00"] }

[promises.normal]
calendar = "madrid"
first_response = { within = "1h", target = 90 }
pack = "none"
"""


def spoilt(old: str, new: str) -> str:
    """The good file with one piece replaced; an empty `old` adds at the end."""
    if not old:
        return f"{GOOD}\n{new}\n"
    assert GOOD.count(old) == 1, f"{old!r} stands {GOOD.count(old)} times in the good file"
    return GOOD.replace(old, new)


def write(folder: Path, text: str, name: str = "ventanilla.toml") -> Path:
    """The file in a folder with the secrets that the good file names."""
    secrets = folder / "secrets"
    secrets.mkdir(exist_ok=True, parents=True)
    for secret in ("soporte", "support", "avisos", "store", "oauth2"):
        (secrets / secret).write_text("s3cr3t\n")
        (secrets / secret).chmod(0o600)
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def load(path: Path) -> Loaded:
    """With every kind of channel there will be, on a day that does not move."""
    return load_config(path, available_kinds=ALL_KINDS, today=TODAY)


def problems_of(path: Path) -> tuple[Problem, ...]:
    """What is wrong with a file; nothing for a good one."""
    try:
        load(path)
    except ConfigError as error:
        return error.problems
    return ()


def said(problems: tuple[Problem, ...]) -> list[str]:
    """Problems as `key: message`, without file and line."""
    return [f"{each.key}: {each.message}" for each in problems]
