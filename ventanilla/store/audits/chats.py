"""A chat is one case, its messages keep their versions, and files came with what a customer sent: what would break that."""

from __future__ import annotations

import sqlalchemy as sa

from ventanilla.store.audits.counting import count, rows_with, surplus
from ventanilla.store.tables import conversations, messages, remote_files
from ventanilla.words import OWNED_STATES, STAFF_BOT, Direction


def second_open_chat_of_an_address(connection: sa.Connection) -> int:
    """What somebody writes next on one account of ours belongs to one open case."""
    chats = conversations.c.conversational & conversations.c.state.in_(OWNED_STATES)
    place = (conversations.c.channel, conversations.c.account, conversations.c.address)
    return surplus(connection, conversations, *place, among=chats)


def version_apart_from_its_message(connection: sa.Connection) -> int:
    """A message that its author changed stands in one case with all its versions, and none of them is a version of a version."""
    first = messages.alias("first")
    same = (
        (first.c.id == messages.c.edits)
        & (first.c.conversation_id == messages.c.conversation_id)
        & (first.c.direction == messages.c.direction)
        & first.c.edits.is_(None)
    )
    return count(connection, messages, messages.c.edits.is_not(None), ~rows_with(first, same))


def file_of_nothing_received(connection: sa.Connection) -> int:
    """A file that lies at a provider came with a message of a customer, or from one of us who sent it to the staff's bot."""
    came = (messages.c.direction == Direction.IN) | (remote_files.c.channel == STAFF_BOT)
    return count(connection, remote_files, ~rows_with(messages, (messages.c.id == remote_files.c.message_id) & came))
