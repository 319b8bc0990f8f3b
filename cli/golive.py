"""What going live shows and does: the exact text a customer will get, then one changed line in the file."""

from __future__ import annotations

import os
import signal
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
import tomlkit

from cli.context import Context
from config.email import EmailSettings
from config.load import load_config
from router.automatic.acknowledgements import receipt, short_receipt
from router.house import House
from ventanilla.errors import BadInput
from ventanilla.keys import new_key
from ventanilla.ownership import give_as_before
from ventanilla.store.tables import channels, conversations
from ventanilla.words import Kind, Mode, Priority

_SAMPLE = {"es": ("Lucía (ejemplo)", "¿Cuándo llega mi pedido?"), "en": ("Lucy (sample)", "When does my order arrive?")}


def preview(run: Context, channel: str, mode: Mode) -> str:
    """What will happen, with the receipt exactly as a customer would get it now."""
    house = run.house()
    lines = [
        f"Channel {channel}: {_open_cases(run, channel)} open cases, none of which gets anything sent for what is past."
    ]
    if mode is Mode.OBSERVE:
        return "\n".join([*lines, "observe: nothing is sent to anybody."])
    who = "customers" if mode is Mode.LIVE else "only the addresses that only_to names, or our own people"
    lines.append(f"{mode}: from now on {who} are written to. A new case is answered with this text:")
    for language, (name, about) in _SAMPLE.items():
        subject, text = _sample(house, channel, language, name, about, run.now())
        lines += ["", f"--- {language} ---", *([f"Subject: {subject}", ""] if subject else []), text.rstrip()]
    return "\n".join([*lines, ""])


def set_mode(run: Context, channel: str, mode: Mode) -> bool:
    """Write the mode into the file that names the channel, put it in force, tell the service. Returns whether one runs.

    Comments and order of the file are kept. A file that would no longer load is put back as it was.
    """
    for path in run.loaded.files:
        before = path.read_text(encoding="utf-8")
        document: Any = tomlkit.parse(before)
        if channel in document.get("channels", {}):
            document["channels"][channel]["mode"] = str(mode)
            _replace(path, tomlkit.dumps(document))
            try:
                loaded = load_config(run.config_path)
            except Exception:
                _replace(path, before)
                raise
            return _put_in_force(run, loaded, channel)
    raise BadInput(f"no file names channels.{channel}")


def _put_in_force(run: Context, loaded: Any, channel: str) -> bool:
    from cli.applying import apply_file
    from daemon.lock import holder

    apply_file(run.store, loaded, now=run.now())
    with run.store.write() as connection:
        connection.execute(sa.update(channels).where(channels.c.name == channel).values(forced_observe=False))
    pid = holder(loaded.config.service.data_dir)
    if pid is not None:
        os.kill(pid, signal.SIGHUP)
    return pid is not None


def _replace(path: Any, text: str) -> None:
    temporary = path.with_name(f".{path.name}.new")
    temporary.write_text(text, encoding="utf-8")
    before = path.stat()
    temporary.chmod(before.st_mode & 0o777)
    give_as_before(temporary, before)
    temporary.replace(path)


def _open_cases(run: Context, channel: str) -> int:
    query = sa.select(sa.func.count()).select_from(conversations)
    with run.store.read() as connection:
        return int(connection.scalar(query.where(conversations.c.channel == channel, conversations.c.owned == 1)) or 0)


def _sample(house: House, channel: str, language: str, name: str, subject: str, now: datetime) -> tuple[str, str]:
    about = {"team": house.config.channels[channel].team, "kind": Kind.QUERY, "priority": Priority.NORMAL}
    case: Any = SimpleNamespace(key=new_key(), language=language, channel=channel, promise=None, tags=(), **about)
    case.due_at = house.due(case, now, first=True)
    if isinstance(house.config.channels[channel], EmailSettings):
        return receipt(house, case, name=name, subject=subject, received_at=now, now=now)
    return "", short_receipt(house, case, medium="", now=now)
