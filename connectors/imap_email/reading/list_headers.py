"""Mailing lists and newsletters, told from a person who writes through their company's list software. In doubt it is a person."""

from __future__ import annotations

import re

from connectors.imap_email.reading.context import MailContext
from connectors.imap_email.reading.headers import Headers
from connectors.reading.characters import clean_line

_LIST_ID = re.compile(r"<([^<>]{1,300})>")
_BULK = {"bulk", "list", "junk"}


def list_id(headers: Headers) -> str:
    """The identifier in List-Id, lower case, "" when there is none."""
    value = clean_line(headers.text("list-id"), limit=300)
    found = _LIST_ID.search(value)
    return (found[1] if found else value).strip().lower().rstrip(".")


def is_own_list(headers: Headers, context: MailContext) -> bool:
    """Whether it came through a group of ours."""
    found = list_id(headers)
    return bool(found) and any(found == own.lower() for own in context.lists)


def list_evidence(headers: Headers, context: MailContext, *, is_direct: bool) -> str:
    """Why it is a newsletter or a list's traffic, "" when it may be a person. `is_direct`: our address is in To or Cc.

    An answer to somebody (In-Reply-To) is a person's, whatever software carried it.
    """
    if headers.raw("in-reply-to") or is_own_list(headers, context):
        return ""
    identifier = list_id(headers)
    precedence = headers.raw("precedence").strip().lower()
    unsubscribe = "list-unsubscribe" in headers
    if identifier and not is_direct:
        return f"List-Id {identifier[:100]}"
    if unsubscribe and "list-unsubscribe-post" in headers:
        return "List-Unsubscribe-Post"
    if identifier and unsubscribe and "list-post" not in headers:
        return f"List-Id {identifier[:100]}, List-Unsubscribe"
    if unsubscribe and precedence in _BULK and not (is_direct and precedence == "list" and "list-post" in headers):
        return f"List-Unsubscribe, Precedence {precedence}"
    return ""
