"""A case as proof: what stands in the ZIP, whether others can check it, and that what was changed in it is found."""

from __future__ import annotations

import hashlib
import io
import json
import stat
import subprocess
import time
import tracemalloc
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from reports.evidence.making import Evidence
from reports.evidence.page import Facts, Page, Table, Words
from reports.evidence.pdf import pdf_of
from reports.evidence.verifying import verify_evidence
from reports.evidence.words import WORDS
from router.moves.called import called
from router.moves.needs_information import needs_information
from tests.reports.evidence_house import ANSWER, NOTE, PICTURE, REASON, claim, forged, held, open_claim, write
from tests.router.house_for_tests import MONDAY_TEN, House, mail
from tests.router.moving import case_of, do, go_out
from tests.servers.stores import migrated_store
from ventanilla.errors import BadInput
from ventanilla.store.blobs import blob_path, put_blob
from ventanilla.store.engine import Store
from ventanilla.store.tables import attachments, conversations, events, inbox, seals
from ventanilla.words import CallOutcome


@dataclass
class Made:
    """The claim of evidence_house.py and its ZIP."""

    house: House
    key: str
    evidence: Evidence
    files: dict[str, bytes]

    def text(self, language: str) -> str:
        """What a reader can copy from the PDF, on one line."""
        pages = PdfReader(io.BytesIO(self.files[f"evidence.{language}.pdf"])).pages
        return " ".join(" ".join(page.extract_text() for page in pages).split())


@pytest.fixture(scope="module")
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    folder = tmp_path_factory.mktemp("claim")
    with migrated_store(request, "sqlite", folder) as store:
        house, key = claim(store, folder)
        evidence = write(house, key, folder / "e.zip")
        yield Made(house, key, evidence, held(evidence.path))


def test_sha256sum_finds_every_file_as_it_was(made: Made, tmp_path: Path) -> None:
    with zipfile.ZipFile(made.evidence.path) as packed:
        packed.extractall(tmp_path)

    done = subprocess.run(
        ["sha256sum", "-c", "--strict", "MANIFEST.sha256"], cwd=tmp_path, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stdout
    assert len(done.stdout.splitlines()) == len(made.files) - 1, "every file but the manifest itself"
    assert stat.S_IMODE(made.evidence.path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "es",
            (
                "Reclamación: taladro",
                "15 días hábiles",
                "Inmaculada Concepción",
                "ÚLTIMO DÍA DEL PLAZO",
                "4 de diciembre",
            ),
        ),
        (
            "en",
            ("Reclamación: taladro", "15 working days", "Immaculate Conception", "LAST DAY OF THE TERM", "4 December"),
        ),
    ],
)
def test_the_pdf_can_be_read_in_both_languages(made: Made, language: str, words: tuple[str, ...]) -> None:
    text = made.text(language)
    reader = PdfReader(io.BytesIO(made.files[f"evidence.{language}.pdf"]))

    assert [
        word
        for word in (*words, made.key, "Lucía Ejemplo", "Ana (ana)", "Luis (luis)", ANSWER, NOTE, REASON)
        if word not in text
    ] == []
    days = [date(2026, 12, 4) + timedelta(days=number) for number in range(27)]
    assert [day for day in days if day.isoformat() not in text] == [], "each date of the term has its row"
    assert "2026-12-04 10:11:52 CET" in text
    assert "2026-12-04 09:11:52 UTC" in text
    assert f"1 / {len(reader.pages)}" in text
    assert reader.metadata is not None
    assert reader.metadata.title == WORDS[language]["title"].format(key=made.key)
    assert str(reader.root_object["/Lang"]) == language


def test_the_page_runs_nothing_and_shows_strangers_text_as_text(made: Made) -> None:
    page = made.files["evidence.es.html"].decode()

    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "[U+202E]abc" in page
    assert "你好 שלום" in page
    assert "http" not in page.replace("http-equiv", "")
    assert "[U+4F60 U+597D]" in made.text("es"), "what the letters of the PDF lack is named"


def test_originals_are_what_came_in_byte_by_byte(made: Made) -> None:
    received = [content for name, content in sorted(made.files.items()) if name.startswith("originals/received/")]
    files = [content for name, content in made.files.items() if name.startswith("files/")]

    assert received == [row.raw for row in made.house.rows(inbox)]
    assert files == [PICTURE]
    sent = [content for name, content in sorted(made.files.items()) if name.startswith("originals/sent/")]
    assert b"Auto-Submitted: auto-replied" in sent[0]
    assert b"Date: Fri, 04 Dec 2026 09:12:36 +0000" in sent[0]
    assert b"Le devolvemos 89,90" in sent[1]


def test_anybody_can_compute_the_chain_again(made: Made) -> None:
    told = [json.loads(line) for line in made.files["events.jsonl"].splitlines()]
    mine = [row for row in made.house.rows(events) if row.conversation_id == 1]
    chain = {row.event_id: row for row in made.house.rows(seals)}

    assert [one["event"]["id"] for one in told] == [row.id for row in mine]
    for one in told:
        event = json.dumps(one["event"], sort_keys=True, separators=(",", ":"))
        assert hashlib.sha256(f"{one['previous']}\n{event}".encode()).hexdigest() == one["hash"]
        assert one["hash"] == chain[one["event"]["id"]].hash
    assert json.loads(made.files["seal.json"])["number"] == len(chain)


def test_it_holds_until_something_in_it_is_changed(made: Made, tmp_path: Path) -> None:
    path = made.evidence.path
    page = made.files["evidence.es.html"].replace(b"89,90", b"19,90")
    event = made.files["events.jsonl"].replace(b'"agent":"ana"', b'"agent":"eva"', 1)
    lines = made.files["events.jsonl"].splitlines(keepends=True)
    manifest = made.files["MANIFEST.sha256"].decode()

    def rehashed(name: str, content: bytes) -> bytes:
        was, now = (hashlib.sha256(one).hexdigest() for one in (made.files[name], content))
        return manifest.replace(was, now).encode()

    def problems(**changed: bytes) -> str:
        return "\n".join(verify_evidence(forged(path, tmp_path / "forged.zip", **changed)).problems)

    assert verify_evidence(path).problems == ()
    assert "evidence.es.html: was changed" in problems(evidence__es__html=page)
    clever = problems(evidence__es__html=page, MANIFEST__sha256=rehashed("evidence.es.html", page))
    assert clever == "manifest.json: tells another hash of evidence.es.html"
    changed = problems(events__jsonl=event, MANIFEST__sha256=rehashed("events.jsonl", event))
    assert "was changed, or its hash was" in changed
    swapped = b"".join([lines[1], lines[0], *lines[2:]])
    assert "is out of order" in problems(events__jsonl=swapped, MANIFEST__sha256=rehashed("events.jsonl", swapped))
    assert "is not in MANIFEST" in problems(MANIFEST__sha256=manifest.split("\n", 1)[1].encode())


def test_a_zip_that_was_damaged_or_made_to_break_the_reader_is_told_of_and_breaks_nothing(
    made: Made, tmp_path: Path
) -> None:
    path, bad = made.evidence.path, tmp_path / "bad.zip"
    nested = made.files["events.jsonl"] + b'{"event":' + b"[" * 100_000 + b"\n"
    odd = made.files["events.jsonl"] + b'{"number":"x","previous":[],"hash":3,"event":{}}\n'
    for lines in (nested, odd):
        found = verify_evidence(forged(path, bad, events__jsonl=lines, seal__json=b"[" * 100_000))
        assert any("is no event" in one for one in found.problems)
        assert "seal.json: is missing, or no JSON" in found.problems
    whole = path.read_bytes()
    with zipfile.ZipFile(path) as packed:
        first = packed.getinfo("case.json")
        place = first.header_offset + 30 + len(first.filename) + first.compress_size // 2
    bad.write_bytes(whole[:place] + bytes(byte ^ 255 for byte in whole[place : place + 8]) + whole[place + 8 :])
    assert any(one.startswith("case.json: ") for one in verify_evidence(bad).problems)
    last = whole.rindex(b"PK\x01\x02")  # the manifest's own entry, made to be packed in a way that nobody knows
    bad.write_bytes(whole[: last + 10] + b"a" + whole[last + 11 :])
    with pytest.raises(BadInput, match="no ZIP that can be read"):
        verify_evidence(bad)


def test_names_that_would_leave_the_folder_are_told(made: Made, tmp_path: Path) -> None:
    bad = tmp_path / "slip.zip"
    with zipfile.ZipFile(bad, "w") as packed:
        for name, content in made.files.items():
            packed.writestr(name, content)
        packed.writestr("../../evil", b"")

    assert "../../evil: is no safe name" in verify_evidence(bad).problems
    with pytest.raises(BadInput, match="no ZIP"):
        verify_evidence(Path(__file__))


def test_a_zip_that_would_unpack_without_end_is_not_read(tmp_path: Path) -> None:
    bad = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bad, "w", zipfile.ZIP_DEFLATED) as packed, packed.open("originals/0/1", "w") as file:
        for _ in range(128):
            file.write(bytes(1024 * 1024))

    with pytest.raises(BadInput, match="unpack to far more"):
        verify_evidence(bad)


def test_names_by_the_ten_thousand_are_looked_at_once(tmp_path: Path) -> None:
    bad = tmp_path / "names.zip"
    with warnings.catch_warnings(), zipfile.ZipFile(bad, "w") as packed:
        warnings.simplefilter("ignore")  # the writer's own, about the name that comes twice
        for number in (*range(20_000), 7):
            packed.writestr(f"f{number}", b"")
        packed.writestr("MANIFEST.sha256", b"")
    before = time.process_time()

    assert "f7: is there twice" in verify_evidence(bad).problems
    assert time.process_time() - before < 8


def test_the_same_moment_gives_the_same_bytes_and_nothing_is_overwritten(made: Made, tmp_path: Path) -> None:
    again = write(made.house, made.key, tmp_path / "again.zip", languages=("en",))
    same = write(made.house, made.key, tmp_path / "same.zip", languages=("en",))

    assert again.path.read_bytes() == same.path.read_bytes()
    with pytest.raises(BadInput, match="is there already; --force"):
        write(made.house, made.key, same.path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again.zip", "same.zip"]


def test_what_a_customer_is_handed_has_none_of_our_notes(made: Made, tmp_path: Path) -> None:
    evidence = write(made.house, made.key, tmp_path / "c.zip", with_notes=False, languages=("es",))

    files = held(evidence.path)
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(files["evidence.es.pdf"])).pages)
    said = b"\n".join(files.values()).decode("utf-8", "replace") + text
    assert NOTE not in said
    assert REASON not in said
    assert "candidates" not in files["case.json"].decode()
    assert ANSWER in said
    assert evidence.missing == []


def test_a_remark_on_a_call_that_nobody_took_is_not_handed_over_and_what_was_said_is(
    sqlite_store: Store, tmp_path: Path
) -> None:
    house, key = open_claim(sqlite_store, tmp_path)
    for outcome, text in ((CallOutcome.NO_ANSWER, "Otra vez ese."), (CallOutcome.REACHED, "Le llamamos el martes.")):
        do(house, called, key, outcome, text, as_=case_of(house, key).owner)

    ours = held(write(house, key, tmp_path / "a.zip", languages=("es",)).path)
    theirs = held(write(house, key, tmp_path / "b.zip", languages=("es",), with_notes=False).path)

    for name in ("evidence.es.html", "case.json"):
        assert b"Otra vez ese." in ours[name]
        assert b"Otra vez ese." not in theirs[name]
        assert b"Le llamamos el martes." in theirs[name]


def test_what_is_missing_or_damaged_is_said_and_stops_nothing(sqlite_store: Store, tmp_path: Path) -> None:
    house = House(sqlite_store, tmp_path)
    house.receive(mail(message_id="<1@c.example>", attachment=b"one"))
    reference = {"In-Reply-To": "<1@c.example>"}
    house.receive(mail(message_id="<2@c.example>", attachment=b"two", headers=reference))
    gone, other = (blob_path(sqlite_store.blobs, row.sha256) for row in house.rows(attachments))
    gone.unlink()
    other.write_bytes(b"owt")

    evidence = write(house, _key(house), tmp_path / "e.zip", languages=("en",))

    assert (len(evidence.missing), evidence.damaged) == (1, ["files/0002-foto.png"])
    page = held(evidence.path)["evidence.en.html"].decode()
    assert "MISSING" in page
    assert "DAMAGED" in page
    assert verify_evidence(evidence.path).holds, "the ZIP is what it was made to be"


def test_a_gigabyte_would_not_be_held_in_memory(sqlite_store: Store, tmp_path: Path) -> None:
    house = House(sqlite_store, tmp_path)
    house.receive(mail(message_id="<1@c.example>", attachment=b"small"))
    digest = put_blob(sqlite_store.blobs, b"large" * 10_000_000)
    with sqlite_store.write() as connection:
        connection.execute(sa.update(attachments).values(sha256=digest, size=50_000_000))

    tracemalloc.start()
    evidence = write(house, _key(house), tmp_path / "e.zip", languages=())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert evidence.path.stat().st_size > 50_000_000
    assert most < 12_000_000


@pytest.mark.parametrize(
    "text", ["palabra " * 5_000, "x" * 90_000, "\n" * 600, "\x00\x07\ud83d", "你" * 9_000, "", "<b>&amp;</b>\t<"]
)
def test_no_text_is_too_strange_to_print(text: str) -> None:
    long = text[:1_000]
    blocks = (
        Words(text=text, cut="cut here"),
        Facts(rows=[(long, text)]),
        Table(titles=["a"], rows=[[text]], widths=[1]),
    )
    page = Page(language="es", title=long, subtitle=long, key="K", house=long, sheet=long, blocks=blocks)

    printed = PdfReader(io.BytesIO(pdf_of(page, made_at=MONDAY_TEN)))

    assert len(printed.pages) >= 1
    if len(text) == 90_000:
        assert any("cut here" in sheet.extract_text() for sheet in printed.pages)


def _key(house: House) -> str:
    return str(house.rows(conversations)[0].key)


def test_a_claim_that_its_customer_had_to_complete_is_counted_from_then(sqlite_store: Store, tmp_path: Path) -> None:
    house, key = open_claim(sqlite_store, tmp_path)
    house.later(hours=1)
    asked = do(house, needs_information, key, "¿Cuál es el número de pedido?", as_=case_of(house, key).owner)
    go_out(house, asked.written.outbox_id)
    house.later(days=5)
    headers = {"In-Reply-To": "<1@c.example>"}
    house.receive(mail(subject="Re: Reclamación", text="El 4411.", message_id="<2@c.example>", headers=headers))
    house.later(minutes=1)

    files = held(write(house, key, tmp_path / "e.zip", languages=("en",)).path)

    page = files["evidence.en.html"].decode()
    assert "Completed by the customer (counted from here)" in page
    assert "Wednesday, 9 December 2026" in page
    assert "Counted with this calendar" not in page, "fifteen working days from then, as the books have it"
    assert "The customer is asked for what is missing" in page
