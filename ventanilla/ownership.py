"""Root works on a house whose files are another user's: what it makes there is given to them. Knows no store and no settings."""

from __future__ import annotations

import os
from pathlib import Path


def give_to_owner_of_folder(path: Path) -> None:
    """As root: `path` gets the owner and the group of the folder it stands in, so that a service with fewer rights can use what
    a command of root's has made beside its files. Anybody else: nothing is done. A link is not followed."""
    if os.geteuid() == 0:
        _give(path, path.parent.stat())


def give_as_before(path: Path, before: os.stat_result) -> None:
    """As root: what takes the place of a file has that one's owner and group. Anybody else: nothing is done."""
    if os.geteuid() == 0:
        _give(path, before)


def _give(path: Path, like: os.stat_result) -> None:
    found = path.lstat()
    if (found.st_uid, found.st_gid) != (like.st_uid, like.st_gid):
        os.chown(path, like.st_uid, like.st_gid, follow_symlinks=False)
