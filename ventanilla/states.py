"""What may become of a case: one table of which state may follow which. Pure; who may bring it about is decided elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

from ventanilla.words import CaseState

_ENDS = frozenset({CaseState.RESOLVED, CaseState.MERGED, CaseState.SPAM})

MAY_BECOME: Mapping[CaseState, frozenset[CaseState]] = {
    CaseState.OPEN: _ENDS | {CaseState.WAITING_CUSTOMER, CaseState.WAITING_THIRD_PARTY},
    CaseState.WAITING_CUSTOMER: _ENDS | {CaseState.OPEN, CaseState.WAITING_THIRD_PARTY},
    CaseState.WAITING_THIRD_PARTY: _ENDS | {CaseState.OPEN, CaseState.WAITING_CUSTOMER},
    CaseState.RESOLVED: frozenset({CaseState.OPEN, CaseState.CLOSED, CaseState.MERGED}),
    CaseState.CLOSED: frozenset({CaseState.OPEN, CaseState.MERGED}),
    CaseState.SPAM: frozenset({CaseState.OPEN}),
    CaseState.MERGED: frozenset(set(CaseState) - {CaseState.MERGED, CaseState.SPAM}),
}
"""From a state to those that may follow it. What was merged comes back as whatever it was; a case closes only after it was
resolved, and only what was resolved, closed or taken for spam is opened again."""


def may_become(before: str, after: str) -> bool:
    """Whether a case in the first state may be brought into the second; staying where it is is no change."""
    return CaseState(after) in MAY_BECOME[CaseState(before)]
