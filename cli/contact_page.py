"""Customers for people's eyes: the list, one of them whole, and who may be whom. Made from the same documents as --json."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cli.printing import Times, one_line, plural, print_table, say
from ventanilla.store.suggestions import Reason

_Doc = Mapping[str, Any]
_WHY = {
    Reason.SHARED: "shared a number that the other has",
    Reason.NAMES_PHONE: "one wrote the other's phone number",
    Reason.NAMES_MAIL: "one wrote the other's mail address",
    Reason.SAME_NAME: "one wrote the other's mail address, and they have the same name",
    Reason.IMPORT: "one line of an imported list has both",
}


def why(reason: str) -> str:
    """A suggestion's reason in words; a code that this version does not know stays as it is."""
    return _WHY.get(Reason(reason), reason) if reason in list(Reason) else reason


def named(document: _Doc) -> str:
    """`Eva <eva@example.org>`, from a document with name and addresses."""
    first = document["addresses"][0]["address"] if document["addresses"] else f"contact {document['id']}"
    return f"{one_line(document['name'])} <{first}>" if document["name"] else first


def written(addresses: Sequence[_Doc]) -> str:
    """Addresses in a row, with what must be known before using one."""
    return ", ".join(each["address"] + (" (opted out)" if each["opted_out_at"] else "") for each in addresses)


def restriction_line(document: _Doc, times: Times) -> str:
    """How a difficult customer is dealt with, by whose word and why; nothing where they are none."""
    found = document["restriction"]
    if found is None:
        return ""
    by = f"(by {found['by']}, {times.at(found['at'])}: {one_line(found['reason'])})"
    if found["kind"] == "restricted":
        return f"restricted: only {found['to']} deals with them, and is told in digests {by}"
    ended = "" if times.now < found["until"] else ", which is over"
    return f"blocked until {times.at(found['until'])}{ended}: what they write is recorded and never answered {by}"


def print_contacts(documents: Sequence[_Doc], times: Times) -> None:
    """The list."""
    print_table(
        ("id", "name", "addresses", "language", "tags", "owner", "open", "cases", "last message"),
        [
            (
                one["id"],
                one["name"] or "-",
                written(one["addresses"]),
                one["language"] or "-",
                ", ".join(one["tags"]) or "-",
                one["owner"] or "-",
                one["open_cases"],
                one["case_count"],
                times.at(one["last_message_at"]),
            )
            for one in documents
        ],
        right=("id", "open", "cases"),
        folds=("name", "addresses", "tags"),
    )


def print_contact(document: _Doc, times: Times) -> None:
    """One customer whole."""
    say(f"{document['name'] or '(no name)'}, contact {document['id']}, known since {times.at(document['created_at'])}")
    for each in document["addresses"]:
        notes = [f"opted out {times.at(each['opted_out_at'])}"] if each["opted_out_at"] else []
        notes += ["linked by a person"] if each["linked_from"] else []
        say(f"  {each['kind']:<8}  {each['address']}" + (f"  ({'; '.join(notes)})" if notes else ""))
    say(f"  language {document['language'] or 'not known'}; tags {', '.join(document['tags']) or 'none'}")
    last = f"; last with {document['last_owner']}" if document["last_owner"] else ""
    say(f"  owner {document['owner'] or 'nobody in particular'}{last}")
    restricted = restriction_line(document, times)
    if restricted:
        say(f"  {restricted}")
    for each in document["suggestions"]:
        say(f"  {suggestion_line(each)}")
    if not document["cases"]:
        say("\n  No cases yet")
        return
    say(f"\n  {plural(document['case_count'], 'case')}, {document['open_cases']} open")
    print_table(
        ("key", "state", "owner", "waiting", "channel", "address", "last message", "subject"),
        [
            (
                case["key"],
                case["state"].replace("_", " "),
                case["owner"],
                times.since(case["waiting_since"]),
                case["channel"],
                case["address"] or "-",
                times.at(case["last_message_at"]),
                case["subject"],
            )
            for case in document["cases"]
        ],
        folds=("subject",),
        indent=4,
    )


def suggestion_line(each: _Doc) -> str:
    """`may also be …`, for the page of a customer or of a case."""
    other = named({"id": each["contact_id"], **each})
    return f"may also be {other}: {why(each['reason'])} (`contact link`, or `contact reject`)"


def print_suggestions(documents: Sequence[_Doc], times: Times) -> None:
    """Who may be whom, and how to say yes or no to the first."""
    print_table(
        ("one", "the other", "why", "since"),
        [
            (
                *(
                    " ".join(filter(None, (each["name"], f"<{written(each['addresses'])}>")))
                    for each in one["contacts"]
                ),
                why(one["reason"]),
                times.at(one["created_at"]),
            )
            for one in documents
        ],
        folds=("one", "the other", "why"),
    )
    first = [each["addresses"][0]["address"] for each in documents[0]["contacts"]]
    say(f"\nThe same person: ventanilla contact link {first[0]} {first[1]}")
    say(f"Two people:      ventanilla contact reject {first[0]} {first[1]}")
