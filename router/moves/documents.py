"""What a move made of a case, as `--json` and the API say it: the same names in both. Pure."""

from __future__ import annotations

from typing import Any

from router.moves.outcome import Moved
from router.moves.reply import Written


def written_document(written: Written) -> dict[str, Any]:
    """An answer that was written."""
    return {
        "key": written.key,
        "message_id": written.message_id,
        "outbox_id": written.outbox_id,
        "goes_out_at": written.goes_out_at,
        "held": written.held,
        "repeated": written.repeated,
        "sms_parts": written.sms.count if written.sms else None,
    }


def owned_document(case: Any) -> dict[str, Any]:
    """Whose a case (its row) is now."""
    return {
        "key": case.key,
        "owner": case.owner,
        "assignment_number": case.assignment_number,
        "pinned": bool(case.pinned),
        "in_line_since": case.line_since,
    }


def moved_document(moved: Moved) -> dict[str, Any]:
    """How a case stands after a move, and whether the move changed it."""
    return {"key": moved.key, "state": moved.state, "owner": moved.owner, "changed": moved.changed}
