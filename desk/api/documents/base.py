"""What every document has in common, and pages of them. Knows no document in particular."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Item = TypeVar("Item")
Instant = Annotated[datetime, Field(examples=["2026-11-23T09:00:00Z"])]
"""An instant: ISO 8601 in UTC, with Z."""
CaseKey = Annotated[str, Field(examples=["K7M-Q2X-VTR"])]
Free = dict[str, Any]
"""An object whose names depend on what it tells of."""


class Document(BaseModel):
    """Of a document more may be told one day: read what you know, and leave the rest."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class Page(Document, Generic[Item]):
    """Some of a list, in its order."""

    items: list[Item]
    next: str | None
    """What `after` is for the next page; null on the last one. The header `Link` has its whole address."""
