"""The files of a ZIP of evidence that programs read: the case, the manifest, and the page that says what all this is. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reports.evidence.archive import MANIFEST, Measured
from reports.evidence.gathering import TO_CUSTOMERS, Dossier, is_remark
from reports.evidence.packed import Contents, Making

FORMAT = 1
_NOT_FOR_CUSTOMERS = ("notes", "collaborators", "links", "pinned")
_UNSAID = {"text": "", "reply_text": ""}
_OF_OTHERS = ("other_cases", "suggestions", "restriction", "tags", "owner")

README = """\
ES · Qué es esto
================
El expediente de un caso: lo que {house} tiene anotado de él, con los originales.

evidence.es.html, evidence.es.pdf  el expediente, para leer (en inglés: evidence.en.*)
originals/received/                lo que llegó, byte por byte (.eml: correo; .json: lo que dio el proveedor)
originals/sent/                    lo que salió, recompuesto a partir del registro (vea abajo)
files/                             los archivos adjuntos
events.jsonl, seal.json            los hechos del caso con su cadena de huellas, y la última huella de la cadena
case.json, manifest.json           lo mismo, para programas; y qué se hizo, cuándo y con qué versiones
MANIFEST.sha256                    la huella SHA-256 de todos los demás archivos

Cómo comprobarlo
1. Descomprima el ZIP y, en su carpeta:  sha256sum -c MANIFEST.sha256
   (en Windows: certutil -hashfile ARCHIVO SHA256; en macOS: shasum -a 256 -c MANIFEST.sha256)
2. Con el programa:  ventanilla evidence --verify ARCHIVO.zip
3. A mano, cada línea de events.jsonl: «hash» es el SHA-256 de «previous», un salto de línea y «event» escrito como JSON en
   ASCII, con las claves por orden alfabético y sin espacios.

Lo que salió: de un correo se vuelven a componer los bytes con los mismos datos, fecha e identificador que se entregaron al
servidor; son los mismos si desde entonces no han cambiado ni el programa ni el nombre y la dirección del canal, y el servidor
pudo añadir cabeceras. De un mensaje de chat o teléfono está lo que se entregó a su proveedor, como JSON.

EN · What this is
=================
The file of one case: what {house} has on record about it, with the originals.

evidence.en.html, evidence.en.pdf  the file, to be read (in Spanish: evidence.es.*)
originals/received/                what came in, byte by byte (.eml: mail; .json: what its provider gave)
originals/sent/                    what went out, put together again from the record (see below)
files/                             attached files
events.jsonl, seal.json            the case's events with their chain of hashes, and the chain's last hash
case.json, manifest.json           the same for programs; and what was made when, under which versions
MANIFEST.sha256                    the SHA-256 hash of every other file

How to check it
1. Unpack the ZIP and, in its folder:  sha256sum -c MANIFEST.sha256
   (Windows: certutil -hashfile FILE SHA256; macOS: shasum -a 256 -c MANIFEST.sha256)
2. With the program:  ventanilla evidence --verify FILE.zip
3. By hand, each line of events.jsonl: "hash" is the SHA-256 of "previous", a line feed, and "event" written as JSON in ASCII,
   its keys in alphabetical order, without spaces.

What went out: the bytes of a mail are composed again from the same data, date and id that were handed to the server; they are
the same if neither the program nor the channel's name and address have changed since, and the server may have added header
fields. Of a message by chat or phone there is what was handed to its provider, as JSON.
"""


def case_document(dossier: Dossier, contents: Contents, *, with_notes: bool) -> dict[str, Any]:
    """What `show --json` says of the case, its files by their names in the ZIP. Without notes also without what is about other
    people, other cases, and who of us was considered."""
    document = {**dossier.document, "messages": [_message(one, contents) for one in dossier.document["messages"]]}
    if with_notes:
        return document
    document = {name: value for name, value in document.items() if name not in _NOT_FOR_CUSTOMERS}
    document["messages"] = [{**one, **_UNSAID} if is_remark(one) else one for one in document["messages"]]
    customer = document["customer"]
    document["customer"] = {name: value for name, value in customer.items() if name not in _OF_OTHERS}
    document["assignments"] = [
        {name: value for name, value in one.items() if name != "decision"} for one in document["assignments"]
    ]
    document["sent"] = [one for one in document["sent"] if one["kind"] in TO_CUSTOMERS]
    return document


def manifest_document(dossier: Dossier, making: Making, files: Sequence[Measured]) -> dict[str, Any]:
    """Of what, when, by what, and every file so far with size, hash, and what it is."""
    about = {one.name: one for one in making.contents.all() if one.name}
    return {
        "format": FORMAT,
        "made_at": making.made_at,
        "version": making.version,
        "installation": making.house.installation.instance,
        "key": dossier.key,
        "asked_for": dossier.asked,
        "with_notes": making.with_notes,
        "config_version": making.house.version,
        "config_versions": [
            {"version": row.id, "sha256": row.sha256, "applied_at": row.applied_at} for row in dossier.versions
        ],
        "missing": sorted(one.sha256 for one in making.contents.all() if one.trouble == "missing"),
        "damaged": sorted(one.name for one in making.contents.all() if one.trouble == "damaged"),
        "files": [
            {"name": file.name, "size": file.size, "sha256": file.sha256}
            | ({"what": about[file.name].what} if file.name in about else {})
            for file in sorted(files, key=lambda one: one.name)
        ],
        "hashes": MANIFEST,
    }


def as_json(document: Mapping[str, Any]) -> bytes:
    """Readable JSON; instants as ISO 8601 in UTC."""
    return (
        json.dumps(document, ensure_ascii=False, indent=2, default=_plain).encode("utf-8", "backslashreplace") + b"\n"
    )


def _message(message: Mapping[str, Any], contents: Contents) -> dict[str, Any]:
    return {
        **message,
        "raw": _raw(message["raw"], contents),
        "versions": [{**one, "raw": _raw(one["raw"], contents)} for one in message["versions"]],
        "attachments": [_file(one, contents) for one in message["attachments"]],
    }


def _raw(raw: Mapping[str, Any] | None, contents: Contents) -> dict[str, Any] | None:
    if raw is None:
        return None
    packed = contents.raw.get(raw["inbox_id"])
    return {**raw, "path": packed.name if packed is not None and packed.name else None}


def _file(file: Mapping[str, Any], contents: Contents) -> dict[str, Any]:
    packed = contents.files.get(file["sha256"] or "")
    return {**file, "path": packed.name if packed is not None and packed.name else None}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Path):
        return value.name
    raise TypeError(f"{type(value).__name__} has no JSON form")
