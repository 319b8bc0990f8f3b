"""The supervisor's view of its children, written down for `status`. A file, replaced whole: readers never see half of it."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from daemon.child import ChildState, ChildStatus

STATUS_FILE = Path("run") / "children.json"


def write_status(path: Path, children: Sequence[ChildStatus]) -> None:
    """Replace the file. Times are ISO 8601 in UTC."""
    told = [{**asdict(child), "since": child.since.isoformat()} for child in children]
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps({"supervisor": os.getpid(), "children": told}, indent=1), encoding="utf-8")
    draft.replace(path)


def read_status(data_dir: Path) -> tuple[ChildStatus, ...]:
    """The children as last written; none when no supervisor has run. Ask `daemon.lock.holder` whether one runs now."""
    try:
        told = json.loads((data_dir / STATUS_FILE).read_text(encoding="utf-8"))["children"]
    except (OSError, ValueError, KeyError):
        return ()
    return tuple(
        ChildStatus(
            name=child["name"],
            pid=child["pid"],
            state=ChildState(child["state"]),
            restarts=child["restarts"],
            since=datetime.fromisoformat(child["since"]),
            last_exit=child["last_exit"],
        )
        for child in told
    )
