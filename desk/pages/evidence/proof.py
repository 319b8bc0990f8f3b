"""One case as proof: the very ZIP that `ventanilla evidence` makes, or the readable page of it alone.

For whoever oversees, and for the case's owner, who answers for it. It is made into a file that nobody else can open and that
is gone when it has been sent.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from starlette.concurrency import iterate_in_threadpool
from starlette.responses import Response, StreamingResponse

from connectors.rebuilding import rebuilder
from desk.entry.person import Right
from desk.entry.seeing import may_see
from desk.entry.trail import note_look
from desk.pages.page import NotFound, Visit
from desk.pages.reports.figures import bring_books_up_to_date
from desk.pages.wrong import wrong
from reports.evidence.words import LANGUAGES
from ventanilla import __version__
from ventanilla.errors import Temporary
from ventanilla.keys import read_key
from ventanilla.store.conversations import case_by_key
from ventanilla.words import LookedAt

BOTH = "both"
AT_ONCE = threading.BoundedSemaphore(2)
"""Such files being made at a time; who comes then is asked to come again."""
_STEP = 262_144


def evidence_page(visit: Visit) -> Response:
    """What it is, and what can be chosen."""
    case = _case(visit)
    if (refused := _refused(visit, case)) is not None:
        return refused
    return visit.render("evidence/evidence.html", case=case, languages=(*LANGUAGES, BOTH))


def evidence_file(visit: Visit) -> Response:
    """Make it and hand it over. Noted before it is made."""
    case = _case(visit)
    if (refused := _refused(visit, case)) is not None:
        return refused
    language = visit.given("language")
    languages = (language,) if language in LANGUAGES else tuple(LANGUAGES)
    with_notes = visit.given("notes") == "1"
    form = "pdf" if visit.given("form") == "pdf" else "zip"
    detail = {"form": form, "languages": list(languages), "with_notes": with_notes}
    note_look(visit, LookedAt.EVIDENCE, case_id=case.id, detail=detail)
    with _one_of_few(), _folder(visit) as folder:
        made = _make(visit, case.key, folder / "evidence.zip", languages, with_notes=with_notes)
        path = made if form == "zip" else _page_of(made, languages[0])
        file = path.open("rb")  # it stays readable to us alone when its name goes
    name = f"evidence-{case.key}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Length": str(_size(file))}
    return StreamingResponse(iterate_in_threadpool(_pieces(file)), media_type=f"application/{form}", headers=headers)


def _case(visit: Visit) -> Any:
    key = read_key(visit.place("key"))
    with visit.desk.store.read() as connection:
        case = case_by_key(connection, key) if key else None
        if case is None or not may_see(connection, visit.person, case.id):
            raise NotFound
    return case


def _refused(visit: Visit, case: Any) -> Response | None:
    """Whether they may only look at the case itself: it is neither theirs nor do they oversee."""
    if visit.person.has(Right.OVERSEE) or case.owner == visit.person.agent:
        return None
    return wrong(visit, "forbidden", status=403, role=visit.say(f"role.{visit.person.role}"))


def _make(visit: Visit, key: str, target: Path, languages: tuple[str, ...], *, with_notes: bool) -> Path:
    from reports.evidence.making import Order, make_evidence

    desk = visit.desk
    bring_books_up_to_date(desk.store, desk.house, now=visit.now)
    made = make_evidence(
        desk.store,
        desk.house,
        Order(key=key, target=target, languages=languages, with_notes=with_notes),
        now=visit.now,
        version=__version__,
        rebuild=rebuilder(desk.store, desk.config),
        progress=lambda _said: None,
    )
    return made.path


def _page_of(made: Path, language: str) -> Path:
    """The readable page alone, beside the ZIP that it was in."""
    target = made.with_name("evidence.pdf")
    with zipfile.ZipFile(made) as archive, archive.open(f"evidence.{language}.pdf") as page, target.open("wb") as file:
        shutil.copyfileobj(page, file)
    return target


@contextmanager
def _one_of_few() -> Iterator[None]:
    if not AT_ONCE.acquire(timeout=10):
        raise Temporary("too much evidence is being made", retry_after=10)
    try:
        yield
    finally:
        AT_ONCE.release()


@contextmanager
def _folder(visit: Visit) -> Iterator[Path]:
    """A folder of our own beside the store, where there is room for originals; gone at the end."""
    data = visit.desk.config.service.data_dir
    folder = Path(tempfile.mkdtemp(prefix="evidence-", dir=data if data.is_dir() else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _size(file: IO[bytes]) -> int:
    size = file.seek(0, 2)
    file.seek(0)
    return size


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(_STEP):
            yield piece
