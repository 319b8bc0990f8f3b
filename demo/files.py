"""The files that the town's customers attach: a photo and an invoice, made here so that nothing has to be carried along."""

from __future__ import annotations

import math
import random
import struct
import zlib


def photo(rng: random.Random, *, width: int = 320, height: int = 240) -> bytes:
    """A PNG of a broken thing on a table, as far as anybody can tell."""
    left, top, radius = rng.randint(90, 230), rng.randint(80, 160), rng.randint(30, 60)
    rows = bytearray()
    for y in range(height):
        rows.append(0)  # no filter
        for x in range(width):
            inside = math.hypot(x - left, y - top) < radius
            noise = rng.getrandbits(4)
            rows += bytes((90 + noise, 94 + noise, 104 + noise) if inside else (196 + noise, 164 + y // 8, 120 + noise))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    image = zlib.compress(bytes(rows), 6)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", image) + _chunk(b"IEND", b"")


def invoice(number: str) -> bytes:
    """A PDF of one page that says which invoice it is (ISO 32000-1; Helvetica is one of its standard fonts)."""
    text = (
        f"BT /F1 18 Tf 72 760 Td (Invoice {number}) Tj 0 -28 Td /F1 12 Tf (This is a sample. It bills nothing.) Tj ET"
    )
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    pdf = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for index, content in enumerate(objects, start=1):
        offsets.append(len(pdf))
        pdf += f"{index} 0 obj\n{content}\nendobj\n".encode("ascii")
    start = len(pdf)
    pdf += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode("ascii")
    pdf += b"".join(f"{offset:010} 00000 n \n".encode("ascii") for offset in offsets)
    pdf += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode("ascii")
    return bytes(pdf)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
