"""Whether another user of this machine can read a file, by the modes of it and of the folders on the way. Changes nothing."""

from __future__ import annotations

import grp
import os
import pwd
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Somebody by their numbers; `uid` None: a user who is not there yet, and who has the rights of everybody."""

    name: str
    uid: int | None = None
    gids: frozenset[int] = frozenset()


def reader_named(name: str) -> Reader:
    """The user with all their groups."""
    try:
        known = pwd.getpwnam(name)
    except KeyError:
        return Reader(name=name)
    more = (group.gr_gid for group in grp.getgrall() if name in group.gr_mem)
    return Reader(name=name, uid=known.pw_uid, gids=frozenset((known.pw_gid, *more)))


def in_the_way(path: Path, reader: Reader) -> Path | None:
    """What keeps them from reading the file: itself, or the outermost folder that they may not pass; None where nothing does, or
    where it is not there, or where an access list says more than the modes do."""
    for step in (*reversed(path.parents), path):
        try:
            found = step.stat()
            has_list = "system.posix_acl_access" in os.listxattr(step)
        except OSError:
            return None
        wanted = stat.S_IXOTH if stat.S_ISDIR(found.st_mode) else stat.S_IROTH
        if not has_list and not _may(found, reader, wanted):
            return step
    return None


def cures(paths: Iterable[Path], reader: Reader) -> list[str]:
    """A line for each thing in the way of some of these files, with what opens it to the user's group; none twice."""
    found = {}
    for path in paths:
        blocking = in_the_way(path, reader)
        if blocking is not None and blocking not in found:
            right = "x" if blocking.is_dir() else "r"
            cure = f"chgrp {reader.name} {blocking} && chmod g+{right} {blocking}"
            found[blocking] = f"warning: the user {reader.name} cannot read {path}: {cure}"
    return list(found.values())


def _may(found: os.stat_result, reader: Reader, wanted: int) -> bool:
    """The one class of rights that applies counts, even where a later one gives more (path_resolution(7))."""
    if reader.uid == 0:
        return True
    if found.st_uid == reader.uid:
        wanted <<= 6
    elif found.st_gid in reader.gids:
        wanted <<= 3
    return bool(found.st_mode & wanted)
