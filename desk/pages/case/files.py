"""Gives out the files of a case to whoever may see it: pictures and sound to be shown, all else as a download."""

from __future__ import annotations

from starlette.responses import FileResponse, Response

from desk.entry.trail import note_look
from desk.pages.case.opening import find_survivor
from desk.pages.case.rows import kept_file
from desk.pages.page import NotFound, Visit
from ventanilla.store.blobs import blob_path
from ventanilla.store.views.whole import family_of
from ventanilla.words import LookedAt

OPAQUE = "application/octet-stream"
SHOWN = ("image/jpeg", "image/png", "image/gif", "image/webp")
_SHOWN_BELOW = ("audio/", "video/")
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
}


def case_file(visit: Visit) -> Response:
    """One file, whole or the range that is asked for. A picture, sound or film as what it is; anything else is a download of no
    type, so that no browser ever makes a page of it. Raises NotFound for one that is of no case they may see, or that is gone."""
    with visit.desk.store.read() as connection:
        row = find_survivor(visit, connection)
        file = kept_file(connection, list(family_of(connection, row)), visit.place("file"))
    path = None if file is None else blob_path(visit.desk.store.blobs, file.sha256)
    if file is None or path is None or not path.is_file():
        raise NotFound
    note_look(visit, LookedAt.FILE, case_id=row.id, detail={"file": visit.place("file")})
    shown = is_shown(file.content_type)
    return FileResponse(
        path,
        media_type=file.content_type if shown else OPAQUE,
        filename=file.filename or "file",
        content_disposition_type="inline" if shown and not visit.given("download") else "attachment",
        headers=_HEADERS,
    )


def is_shown(content_type: str) -> bool:
    """Whether a browser may show this type by itself: nothing that could run there."""
    return content_type in SHOWN or content_type.startswith(_SHOWN_BELOW)
