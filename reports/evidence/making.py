"""Makes the ZIP of one case's evidence: originals, pages, events, manifests, in one moment of the store. Changes nothing there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from reports.evidence.archive import EvidenceArchive, Measured, archiving
from reports.evidence.chain import events_as_lines, seal_document
from reports.evidence.documents import README, as_json, case_document, manifest_document
from reports.evidence.gathering import Dossier, gather
from reports.evidence.html import html_of
from reports.evidence.originals import Progress, Rebuild, pack_originals
from reports.evidence.packed import Making
from reports.evidence.pdf import pdf_of
from reports.evidence.telling import page_of
from reports.evidence.words import LANGUAGES
from router.house import House
from ventanilla.store.engine import Store, take_time


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was made. `manifest_sha256` is the hash of MANIFEST.sha256, and so of everything; `missing` and `damaged` are originals
    that the record names and that are not there, or not what they were."""

    path: Path
    key: str
    manifest_sha256: str
    files: Sequence[Measured]
    missing: Sequence[str]
    damaged: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is wanted: which case, where to, in which languages, with our own notes or without."""

    key: str
    target: Path
    languages: Sequence[str] = LANGUAGES
    with_notes: bool = True
    force: bool = False


def make_evidence(
    store: Store, house: House, order: Order, *, now: datetime, version: str, rebuild: Rebuild, progress: Progress
) -> Evidence:
    """Write the ZIP; the caller has brought the books up to date. The same case at the same `now` gives the same bytes.

    Raises BadInput where there is no such case or something is at the target (unless forced), Unreachable where it cannot be
    written, Temporary when the store does not answer; nothing is left behind then.
    """
    with store.read() as connection:
        take_time(connection)
        dossier = gather(connection, order.key, store.blobs)
        making = Making(made_at=now, version=version, house=house, with_notes=order.with_notes)
        with archiving(order.target, made_at=now, force=order.force) as archive:
            archive.add("LEAME-README.txt", README.format(house=house.config.service.name).encode())
            packed = pack_originals(connection, archive, dossier, store.blobs, rebuild=rebuild, progress=progress)
            making = replace(making, contents=packed)
            _add_pages(archive, dossier, making, order.languages, progress)
            _add_documents(archive, dossier, making)
            sha256 = archive.finish()
            troubled = [one for one in packed.all() if one.trouble and one.trouble != "erased"]
    return Evidence(
        path=order.target,
        key=dossier.key,
        manifest_sha256=sha256,
        files=tuple(archive.files),
        missing=[one.sha256 or "(its original)" for one in troubled if one.trouble == "missing"],
        damaged=[one.name for one in troubled if one.trouble == "damaged"],
    )


def _add_pages(
    archive: EvidenceArchive, dossier: Dossier, making: Making, languages: Sequence[str], progress: Progress
) -> None:
    for language in languages:
        progress(f"pages: {language}")
        page = page_of(dossier, making, language)
        archive.add(f"evidence.{language}.html", html_of(page))
        archive.add(f"evidence.{language}.pdf", pdf_of(page, made_at=making.made_at))


def _add_documents(archive: EvidenceArchive, dossier: Dossier, making: Making) -> None:
    instance = making.house.installation.instance
    archive.add("events.jsonl", b"".join(events_as_lines(dossier, instance=instance)))
    archive.add("seal.json", as_json(seal_document(dossier, instance=instance)))
    archive.add("case.json", as_json(case_document(dossier, making.contents, with_notes=making.with_notes)))
    archive.add("manifest.json", as_json(manifest_document(dossier, making, archive.files)))
