"""Hands one mail at a time to an SMTP server and says for certain what became of it, or that nobody can tell."""

from __future__ import annotations

import re
import smtplib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.servers import MailServer
from connectors.imap_email.compose import compose, envelope_sender, mail_address, message_id_of
from connectors.imap_email.connection import Login
from connectors.imap_email.smtp import ANSWER_SECONDS, hang_up_smtp, open_smtp, words_of
from connectors.imap_email.troubles import CONNECTION_ERRORS, explain
from ventanilla.channel import Outgoing, Sent
from ventanilla.errors import Ambiguous, LoginRefused, Permanent, Temporary
from ventanilla.house_time import house_now

COPIES_WAIT = timedelta(minutes=5)
"""How long a mail is tried again for the sake of a copy that is refused for now; its recipient waits as long."""
_DOT_FIRST = re.compile(rb"^\.", re.MULTILINE)
_LOGIN_WANTED = re.compile(r"^(530|535|538) |5\.7\.(8|9|57|60)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """How long a connection is used again, in mails and seconds without one; and how long the last answer may take."""

    mails: int = 100
    idle_seconds: float = 30.0
    answer_seconds: float = ANSWER_SECONDS
    last_answer_seconds: float = 180.0


@dataclass(frozen=True, slots=True)
class _Envelope:
    """From whom and for whom; `waits` says whether to try again for a copy that is refused for now."""

    sender: str
    recipient: str
    copies: Sequence[str]
    waits: bool

    def addresses(self) -> tuple[str, ...]:
        return (self.recipient, *self.copies, self.sender)


class SmtpSender:
    """Sends as `address` through `server`; `name` is shown with it where the message brings none of its own.

    Used by one thread at a time; keeps its connection between mails.
    """

    def __init__(
        self,
        server: MailServer,
        login: Login | None,
        *,
        address: str,
        name: str = "",
        keeping: Keeping | None = None,
        clock: Callable[[], datetime] = house_now,
    ) -> None:
        self._server = server
        self._login = login
        self._address = address
        self._name = name
        self._keeping = keeping or Keeping()
        self._clock = clock
        self._smtp: smtplib.SMTP | None = None
        self._sent_through = 0
        self._last_used = 0.0

    def send(self, outgoing: Outgoing) -> Sent:
        """Hand it over. The same message again goes out again, under the same Message-ID: a second one of it can be told.

        It goes out when its recipient is taken; a refused copy is said in the remark and holds up nobody else's.
        Raises Temporary when nothing went out, Ambiguous when the answer to the whole mail was lost, Permanent (with the
        server's words) when it never will, LoginRefused when the login does not do.
        """
        mail = compose(outgoing, address=self._address, name=self._name, now=self._clock())
        sender = envelope_sender(outgoing, address=self._address)
        recipient = mail_address(outgoing.recipient, "recipient")
        copies = [mail_address(one, "copy's address") for one in outgoing.cc]
        smtp = self._ready()
        try:
            refused = self._hand_over(smtp, _Envelope(sender, recipient, copies, self._waits(outgoing)), mail)
        except (Permanent, Ambiguous, Temporary):
            raise
        except CONNECTION_ERRORS as error:
            self._drop()
            raise _as_temporary(explain(error, self._server)) from error
        self._sent_through += 1
        self._last_used = time.monotonic()
        remark = f"the others have it; not taken for {'; '.join(refused)}" if refused else ""
        return Sent(external_id=message_id_of(outgoing, address=self._address), remark=remark)

    def find(self, outgoing: Outgoing) -> Sent | None:
        """None: SMTP tells nobody what it took."""
        return None

    def close(self) -> None:
        """Take leave. Never raises."""
        hang_up_smtp(self._smtp, politely=True)
        self._smtp = None

    def _ready(self) -> smtplib.SMTP:
        """The connection of before if it is still good, else a new one."""
        if self._smtp is not None and not self._is_good(self._smtp):
            hang_up_smtp(self._smtp, politely=True)
            self._smtp = None
        if self._smtp is None:
            self._smtp = open_smtp(self._server, self._login, answer_seconds=self._keeping.answer_seconds)
            self._sent_through = 0
        self._last_used = time.monotonic()
        return self._smtp

    def _is_good(self, smtp: smtplib.SMTP) -> bool:
        is_stale = time.monotonic() - self._last_used > self._keeping.idle_seconds
        if is_stale or self._sent_through >= self._keeping.mails:
            return False
        try:
            code, _ = smtp.docmd("RSET")
        except CONNECTION_ERRORS:
            return False
        return code == 250

    def _waits(self, outgoing: Outgoing) -> bool:
        """Whether a copy that is refused for now is worth trying the whole mail again for."""
        return outgoing.tried_at is None or self._clock() - outgoing.tried_at < COPIES_WAIT

    def _hand_over(self, smtp: smtplib.SMTP, envelope: _Envelope, mail: bytes) -> list[str]:
        """The copies that were refused, each with the server's words."""
        options = self._options(smtp, envelope, mail)
        self._expect(250, smtp.docmd("MAIL", f"FROM:<{envelope.sender}>{options}"), f"the sender {self._address}")
        self._expect(250, smtp.docmd("RCPT", f"TO:<{envelope.recipient}>"), envelope.recipient)
        refused = [
            f"{copy}: {words_of(answer)}"
            for copy in envelope.copies
            if self._is_refused(answer := smtp.docmd("RCPT", f"TO:<{copy}>"), copy, waits=envelope.waits)
        ]
        self._give(smtp, mail)
        return refused

    def _is_refused(self, answer: tuple[int, bytes], copy: str, *, waits: bool) -> bool:
        """Whether a copy is not taken. Raises Temporary while it is worth waiting for, and when the connection is gone."""
        code, _ = answer
        if code in (421, -1) or (code // 100 == 4 and waits):
            self._expect(250, answer, f"the copy to {copy}")
        return code // 100 != 2

    def _give(self, smtp: smtplib.SMTP, mail: bytes) -> None:
        self._expect(354, smtp.docmd("DATA"), "the mail")
        smtp.send(_DOT_FIRST.sub(b"..", mail) + (b"" if mail.endswith(b"\r\n") else b"\r\n") + b".\r\n")
        # From here on the server may have taken it.
        try:
            if smtp.sock is not None:
                smtp.sock.settimeout(self._keeping.last_answer_seconds)
            answer = smtp.getreply()
        except CONNECTION_ERRORS as error:
            self._drop()
            raise Ambiguous(f"{self._server.host} did not say whether it took the mail") from error
        if smtp.sock is not None:
            smtp.sock.settimeout(self._keeping.answer_seconds)
        self._expect(250, answer, "the mail")

    def _options(self, smtp: smtplib.SMTP, envelope: _Envelope, mail: bytes) -> str:
        """What MAIL FROM must say beside the address; Permanent for what this server cannot carry at all."""
        options = ""
        odd = next((one for one in envelope.addresses() if not one.isascii()), None)
        if odd is not None or not mail.isascii():
            if not smtp.has_extn("smtputf8"):
                raise Permanent(
                    f"{self._server.host} cannot carry the address {odd or self._address}: it knows only ASCII before the @",
                    cure="write to another address of this person",
                )
            smtp.command_encoding = "utf-8"
            options = " SMTPUTF8 BODY=8BITMIME"
        largest = smtp.esmtp_features.get("size", "0") or "0"
        if largest.isdigit() and 0 < int(largest) < len(mail):
            raise Permanent(
                f"the mail is too large for {self._server.host}: {len(mail):,} bytes, at most {int(largest):,}",
                cure="send fewer or smaller files, or say where they can be had",
            )
        return options + (f" SIZE={len(mail)}" if smtp.has_extn("size") else "")

    def _expect(self, wanted: int, answer: tuple[int, bytes], what: str) -> None:
        """Raise what any other answer means: 4xx is for now, 5xx for good; 421 and -1 end the connection."""
        code, _ = answer
        if code // 100 == wanted // 100:
            return
        words = words_of(answer)
        if code in (421, -1):
            self._drop()
        if _LOGIN_WANTED.search(words):
            raise LoginRefused(
                f"{self._server.host} refused {what}: {words}",
                cure=f"set smtp.user and smtp.password, and let that user send as {self._address}",
            )
        if 500 <= code < 600:
            raise Permanent(f"{self._server.host} refused {what}: {words}", cure="correct what the server names")
        raise Temporary(f"{self._server.host} does not take {what} now: {words}")

    def _drop(self) -> None:
        hang_up_smtp(self._smtp)
        self._smtp = None


def _as_temporary(error: Exception) -> Exception:
    """Nothing went out yet, so nothing that breaks a connection is final; a refused certificate stays refused."""
    return error if isinstance(error, Temporary | LoginRefused) else Temporary(str(error))
