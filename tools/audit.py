"""Asks pip-audit about the packages of a lock file and says in a few lines what it found. Called by check.sh.

    audit.py PIP-AUDIT LOCK

Exit 0: each was looked up and nothing is known against it. 1: something is. 3: some or all could not be looked up, which is no
fault of a change: a mirror without advisories, no network. Ids in audit-ignored.txt beside it, one a line with the reason why it
does not concern us, are passed over.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

IGNORED = Path(__file__).with_name("audit-ignored.txt")
PATIENCE = 120
SHOWN = 8


def main(program: str, lock: str) -> int:
    """Print what was found; the exit code."""
    try:
        asked = [program, "--requirement", lock, "--require-hashes", "--disable-pip", "--progress-spinner", "off"]
        done = subprocess.run(
            [*asked, "--format", "json"], capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        packages = json.loads(done.stdout)["dependencies"]
    except (OSError, subprocess.TimeoutExpired, ValueError, KeyError, TypeError):
        packages = []
    code, lines = verdict(packages, ignored())
    print("\n".join(lines))
    return code


def ignored() -> set[str]:
    """The ids that do not concern us."""
    lines = IGNORED.read_text(encoding="utf-8").splitlines() if IGNORED.exists() else []
    return {line.split()[0] for line in lines if line.strip() and not line.startswith("#")}


def verdict(packages: list[dict[str, Any]], ignored: set[str]) -> tuple[int, list[str]]:
    """Exit code and lines for what pip-audit told of each package; nothing at all means that it could not ask."""
    bad = [
        f"{one['name']} {one['version']}: {', '.join([each['id'], *each.get('aliases', [])])}; {_cure(each)}"
        for one in packages
        for each in one.get("vulns", [])
        if not {each["id"], *each.get("aliases", [])} & ignored
    ]
    skipped = [str(one["name"]) for one in packages if "skip_reason" in one]
    if bad:
        return 1, [*bad, "`make lock` brings newer ones; what does not concern us stands in tools/audit-ignored.txt"]
    if not packages:
        return 3, ["could not ask its service"]
    if skipped:
        named = ", ".join(skipped[:SHOWN]) + (" …" if len(skipped) > SHOWN else "")
        return 3, [f"its service knows nothing of {len(skipped)} of {len(packages)} packages ({named})"]
    return 0, [f"no known vulnerability in {len(packages)} packages"]


def _cure(known: dict[str, Any]) -> str:
    fixed = known.get("fix_versions") or []
    return f"mended in {', '.join(fixed)}" if fixed else "not mended yet"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
