"""Files that go along with an answer, as base64 in its body: bounded, and kept before the move that names them."""

from __future__ import annotations

import binascii
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from desk.api.problems import Wrong
from desk.body import TooLarge
from ventanilla.channel import Attachment
from ventanilla.store.blobs import put_blob
from ventanilla.store.engine import Store

MOST_FILES = 10
LARGEST_FILES = 10 * 1024 * 1024
"""Bytes of all files of one answer together."""
LARGEST_WITH_FILES = LARGEST_FILES * 4 // 3 + 512 * 1024
"""Bytes of a body that carries so much."""


class FileGiven(BaseModel):
    """A file: at most 10 in one answer, and together 10 MiB before base64."""

    model_config = ConfigDict(
        extra="forbid",
        use_attribute_docstrings=True,
        json_schema_extra={
            "examples": [{"filename": "factura.pdf", "content_type": "application/pdf", "content": "JVBERi0="}]
        },
    )
    filename: str = Field(min_length=1, max_length=200, pattern=r"^[^/\\\r\n\t]+$")
    content_type: str = Field(
        default="application/octet-stream", max_length=100, pattern=r"^[a-z0-9][a-z0-9.+-]*/[a-z0-9][a-z0-9.+-]*$"
    )
    content: str = Field(max_length=LARGEST_WITH_FILES)
    """Its bytes in base64."""


def keep_files(store: Store, given: Sequence[FileGiven]) -> list[tuple[Attachment, str]]:
    """The files, kept under their hashes. Raises Wrong for what is no base64, TooLarge for too much."""
    contents = [_content(number, file) for number, file in enumerate(given)]
    if sum(len(content) for content in contents) > LARGEST_FILES:
        raise TooLarge
    return [
        (
            Attachment(filename=file.filename, content_type=file.content_type, content=content),
            put_blob(store.blobs, content),
        )
        for file, content in zip(given, contents, strict=True)
    ]


def _content(number: int, file: FileGiven) -> bytes:
    try:
        return binascii.a2b_base64(file.content.encode("ascii"), strict_mode=True)
    except ValueError:
        problem = "expected base64 (RFC 4648) without line ends"
        raise Wrong(
            422, "invalid", problem, errors=[{"at": f"body.files.{number}.content", "problem": problem}]
        ) from None
