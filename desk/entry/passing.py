"""Passing the door: a name with its password or another proof, braked in the store, becomes a session. Draws nothing."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from starlette.responses import Response

from desk.entry.door import is_known, network_of, remember
from desk.entry.passwords import hash_password, is_outdated, is_right
from desk.entry.sessions import set_cookie
from desk.pages.page import Visit
from desk.room import Desk
from ventanilla.store.accounts import account_of, find_account, replace_hash
from ventanilla.store.events import Journal
from ventanilla.store.sessions import begin_session, end_sessions
from ventanilla.store.throttles import Brake, Try, clear, give_back, take_try
from ventanilla.words import EntryWay, EventKind

STRANGER = "stranger"
"""Who acts where nobody has proven who they are."""
ACCOUNT = Brake(free=5)
KNOWN_BROWSER = Brake(free=10)
NETWORK = Brake(free=40, longest=timedelta(minutes=5), forgotten=timedelta(hours=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """What became of a try. `token` is the new session's; "" where nobody came in, and then `pause` says how long to wait first."""

    token: str = ""
    agent: str = ""
    pause: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """By what a try is braked. A browser that this agent came in by before has its own brake: whoever guesses elsewhere cannot keep
    its owner out."""

    own: str
    brake: Brake
    network: str | None

    @property
    def brakes(self) -> list[tuple[str, Brake]]:
        """Each mark with its brake."""
        return [(self.own, self.brake), *([(self.network, NETWORK)] if self.network else [])]


def marks_of(visit: Visit, name: str, agent: str | None) -> Marks:
    """The brakes on whoever says that they are `name`, who is `agent` if there is one. The store has neither name nor address."""
    known = is_known(visit.desk, visit.request, agent) if agent else ""
    if known:
        return Marks(own=_mark(visit.desk, "browser", known), brake=KNOWN_BROWSER, network=None)
    own = _mark(visit.desk, "account", agent or name.strip().casefold())
    return Marks(own=own, brake=ACCOUNT, network=network_mark(visit))


def network_mark(visit: Visit) -> str:
    """The mark of where somebody calls from."""
    return _mark(visit.desk, "network", network_of(visit.desk, visit.request))


def account_mark(desk: Desk, agent: str) -> str:
    """The mark of an agent's account."""
    return _mark(desk, "account", agent)


def try_password(visit: Visit, name: str, password: str) -> Passed:
    """Come in by a password. Counted before it is proven, proven outside of any transaction, and as slow for a name that
    nobody has. Raises Temporary when too many try at once."""
    desk, name = visit.desk, name.replace("\0", "")
    with desk.store.read() as connection:
        account = find_account(connection, name)
    agent = account.agent if account is not None and _is_here(visit, account.agent) else None
    marks = marks_of(visit, name, agent)
    taken = begin_try(visit, marks.brakes)
    if taken.pause:
        return Passed(pause=taken.pause)
    password_hash = account.password_hash if account is not None and agent else None
    if not is_right(password, password_hash) or agent is None or password_hash is None:
        refuse(visit, "password" if agent else "name", agent, taken)
        return Passed()
    renewed = hash_password(password) if is_outdated(password_hash) else None
    with desk.store.write() as connection:
        now_so = account_of(connection, agent)
        if now_so is None or now_so.password_hash != password_hash:  # changed while it was being proven
            return Passed()
        if renewed is not None:
            replace_hash(connection, agent, old=password_hash, new=renewed)
        clear(connection, [marks.own])
        give_back(connection, [marks.network] if marks.network else [])
        return Passed(token=admit(visit, connection, agent, EntryWay.PASSWORD), agent=agent)


def begin_try(visit: Visit, brakes: list[tuple[str, Brake]]) -> Try:
    """Count a try before it is judged; its `pause` says how long to wait instead of making it."""
    with visit.desk.store.write() as connection:
        return take_try(connection, brakes, now=visit.now)


def refuse(visit: Visit, reason: str, agent: str | None, taken: Try) -> None:
    """Note that somebody was not let in, and who must wait from now on; never what they typed."""
    journal = Journal(now=visit.now, actor=agent or STRANGER)
    journal.add(EventKind.LOGIN_REFUSED, agent=agent, data={"reason": reason})
    for mark in taken.began:
        journal.add(EventKind.LOGIN_THROTTLED, agent=agent, data={"by": mark.partition(":")[0]})
    with visit.desk.store.write() as connection:
        journal.flush(connection)


def admit(visit: Visit, connection: sa.Connection, agent: str, way: EntryWay) -> str:
    """Begin a session, always a new one, and end the one that this browser had; its token."""
    journal = Journal(now=visit.now, actor=agent)
    before = visit.stranger
    if before is not None:
        end_sessions(connection, before.agent, journal=journal, only=before.session_id)
    browser = visit.request.headers.get("user-agent", "")
    lasts = visit.desk.config.web.session_lasts
    _, token = begin_session(connection, agent, way, browser=browser, journal=journal, lasts=lasts)
    journal.flush(connection)
    return token


def let_in(visit: Visit, response: Response, passed: Passed) -> Response:
    """The answer gives the browser its session."""
    set_cookie(visit.desk, response, passed.token)
    remember(visit.desk, visit.request, response, passed.agent)
    return response


def _is_here(visit: Visit, agent: str) -> bool:
    settings = visit.desk.config.agents.get(agent)
    return settings is not None and settings.is_here(visit.desk.house.today(visit.now))


def _mark(desk: Desk, kind: str, what: str) -> str:
    key = desk.house.installation.signing_key
    return f"{kind}:{hmac.new(key, f'{kind} {what}'.encode(), hashlib.sha256).hexdigest()[:32]}"
