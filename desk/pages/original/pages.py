"""Below /cases/KEY/messages/ID: the HTML in its frame, the headers, the original. What is not of the case is not there."""

from __future__ import annotations

from starlette.responses import FileResponse, Response

from desk.entry.person import Right
from desk.entry.trail import note_look
from desk.mail_view.finishing import Shown
from desk.mail_view.pictures import OwnPictures
from desk.pages.original.document import Told, headers_of, read_html, told_of
from desk.pages.original.finding import content_of, file_of, find_original, pictures_of
from desk.pages.page import NotFound, Page, Visit
from ventanilla.errors import BadMessage
from ventanilla.words import LookedAt

_MOST_HEADERS = 300
_PLACE = "/cases/{key}/messages/{message}"


def show_html(visit: Visit) -> Response:
    """The message's HTML, made harmless, as a document that a frame or a window of its own shows. `?images=1` loads pictures of
    the web."""
    case, row = find_original(visit)
    images = visit.given("images") == "1"
    if row.medium != "email":
        raise NotFound
    try:
        html = read_html(content_of(visit, row))
    except BadMessage:
        told = Told(shown=Shown(html=""), trouble="unreadable")
    else:
        if html is None:
            raise NotFound
        pictures = OwnPictures(visit.desk.store.blobs, pictures_of(visit, row))
        told = told_of(visit, html, pictures, images=images)
    response = visit.render(
        "original/document.html",
        case=case,
        message=row,
        told=told,
        images=images,
        is_framed=visit.request.headers.get("sec-fetch-dest") == "iframe",
    )
    response.headers.update(headers_of(images=images))
    return response


def show_headers(visit: Visit) -> Response:
    """Every field of the mail's header, decoded."""
    from connectors.imap_email.reading.encoded_words import decode_words
    from connectors.imap_email.reading.headers import read_headers
    from connectors.reading.characters import clean_line

    case, row = find_original(visit)
    if row.medium != "email":
        raise NotFound
    raw = content_of(visit, row).lstrip(b"\r\n \t\0")
    fields, _ = read_headers(raw, 0, len(raw))
    lines = [
        (name, clean_line(decode_words(value), limit=4000)) for name in fields.names() for value in fields.all_raw(name)
    ]
    note_look(visit, LookedAt.ORIGINAL, case_id=case.id, detail={"message": row.id, "part": "headers"})
    return visit.render(
        "original/headers.html", case=case, message=row, lines=lines[:_MOST_HEADERS], more=len(lines) - _MOST_HEADERS
    )


def give_original(visit: Visit) -> Response:
    """The original to keep: never shown by a browser, whatever it says it is."""
    case, row = find_original(visit)
    is_mail = row.medium == "email"
    ending, kind = ("eml", "message/rfc822") if is_mail else ("json", "application/json")
    path = file_of(visit, row)
    name = f"{case.key}-{row.id}.{ending}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    if path is not None and not path.is_file():
        raise NotFound
    note_look(visit, LookedAt.ORIGINAL, case_id=case.id, detail={"message": row.id})
    if path is not None:
        return FileResponse(path, media_type=kind, headers=headers)
    return Response(content_of(visit, row), media_type=kind, headers=headers)


PAGES: tuple[Page, ...] = (
    Page(path=f"{_PLACE}/html", view=show_html, right=Right.LOOK),
    Page(path=f"{_PLACE}/headers", view=show_headers, right=Right.LOOK),
    Page(path=f"{_PLACE}/original", view=give_original, right=Right.LOOK),
)
