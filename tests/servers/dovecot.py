"""A private, real dovecot on free loopback ports: IMAP, LMTP, TLS, quota, and OAuth2 tokens it checks by itself."""

from __future__ import annotations

import atexit
import base64
import contextlib
import getpass
import grp
import os
import pwd
import shutil
import signal
import smtplib
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from imapclient import IMAPClient

from tests.servers import dovecot_conf, tokens
from tests.servers.certificates import Certificate, make_certificate
from tests.servers.needs import need_program
from tests.servers.ports import answers, free_port, wait_until
from tests.servers.processes import children_of, command_of


class Dovecot:
    """Started with `start`, ended with `stop`; `with Dovecot() as server:` does both.

    `port` speaks plain IMAP (and STARTTLS with `tls=True`), `tls_port` IMAP over TLS, `lmtp_port` takes mail. A user
    logs in as `soporte` or as `soporte@anything`. Mails, users and ports outlive `kill` and `restart`, not `stop`.
    `folder` keeps the certificates; without it they lie in the server's own temporary folder.
    """

    host = "127.0.0.1"

    def __init__(
        self,
        folder: Path | None = None,
        *,
        tls: bool = False,
        quota: str = "",
        mechanisms: str = "plain login xoauth2 oauthbearer",
        sent_use: str = "\\Sent",
        zone: str = "UTC",
        extra: str = "",
    ) -> None:
        self.port, self.tls_port, self.lmtp_port = free_port(), free_port() if tls else 0, free_port()
        self._binary = need_program("dovecot", package="dovecot-imapd dovecot-lmtpd")
        # A short path: unix sockets allow 108 characters. Not pytest's own folder: only its owner may enter that.
        self.base = Path(tempfile.mkdtemp(prefix="dovecot-"))
        self._certificates = folder or self.base / "certificates"
        self._user = "nobody" if os.getuid() == 0 else getpass.getuser()
        self._account = pwd.getpwnam(self._user)
        self._zone = zone
        self._passwords: dict[str, str] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self.certificate = make_certificate(self._certificates) if tls else None
        self._options = {"quota": quota, "mechanisms": mechanisms, "sent_use": sent_use, "extra": extra}
        self._lay_out()

    def start(self) -> Dovecot:
        """Returns once it answers (about 0.1 s)."""
        self._process = subprocess.Popen(
            [self._binary, "-F", "-c", str(self.base / "dovecot.conf")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=os.environ | {"TZ": self._zone},
            **self._dropped_rights(),
        )
        try:
            wait_until(lambda: answers(self.port), what="dovecot's greeting")
        except TimeoutError:
            raise RuntimeError(f"dovecot did not start:\n{self.log()}") from None
        atexit.register(self.stop)
        return self

    def stop(self) -> None:
        """End it and delete its mails. Twice does no harm."""
        self._end(signal.SIGKILL)
        shutil.rmtree(self.base, ignore_errors=True)

    def kill(self) -> None:
        """kill -9 of every process of this server: no goodbye on any connection. The mails stay."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """End it and start it again on the same ports with the same mails."""
        self._end(signal.SIGTERM)
        self.start()

    def __enter__(self) -> Dovecot:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def ca_file(self) -> Path:
        """What a client must trust. Only with `tls=True`."""
        assert self.certificate is not None, "this dovecot was made without tls=True"
        return self.certificate.ca

    def use_certificate(self, certificate: Certificate) -> None:
        """From the next `start` or `restart` on, show this one."""
        self.certificate = certificate
        self._write_config()

    def user(self, name: str, password: str = "pw") -> Dovecot:
        """Add somebody, or change their password (a second's wait while it runs: dovecot looks no oftener)."""
        changed = self._process is not None and name in self._passwords
        self._passwords[name] = password
        self._write(f"users/{name}", f"{name}:{{PLAIN.b64}}{base64.b64encode(password.encode()).decode()}::::::\n")
        if changed:
            time.sleep(1.1)
        return self

    def token(self, user: str, *, expires_in: float = 3600) -> str:
        """An access token that this server takes from `user` by XOAUTH2 or OAUTHBEARER for `expires_in` seconds."""
        return tokens.make_token(user, expires_in=expires_in)

    def deliver(self, user: str, raw: bytes, *, sender: str = "sender@example.net") -> None:
        """Hand a mail over by LMTP, as the world's mail arrives: the inbox, now."""
        with smtplib.LMTP(self.host, self.lmtp_port) as lmtp:
            lmtp.sendmail(sender, [user], raw)

    def append(
        self,
        user: str,
        raw: bytes,
        folder: str = "INBOX",
        *,
        flags: Sequence[str] = (),
        when: datetime | None = None,
    ) -> None:
        """Put a mail into a folder (made when missing) with these flags and this INTERNALDATE."""
        with self.client(user) as client:
            if folder != "INBOX" and not client.folder_exists(folder):
                client.create_folder(folder)
            client.append(folder, raw, flags, when)

    def seed(self, user: str, raws: Sequence[bytes], *, when: datetime, seen: bool = False) -> None:
        """Lay many mails into the inbox at once, all with INTERNALDATE `when`: 4,000 in about half a second."""
        new = self._maildir(user)
        stamp = when.timestamp()
        already = len(list(new.iterdir()))
        for number, raw in enumerate(raws, start=already):
            path = new / f"{int(stamp)}.M{number:09d}P1.seed{':2,S' if seen else ''}"
            path.write_bytes(raw)
            os.utime(path, (stamp, stamp))
            self._own(path)

    def messages(self, user: str, folder: str = "INBOX") -> list[bytes]:
        """Every mail of a folder, raw, in the order of UIDs; nothing is marked as seen."""
        with self.client(user, folder) as client:
            found = client.fetch(client.search(), ["BODY.PEEK[]"])
            return [found[uid][b"BODY[]"] for uid in sorted(found)]

    def flags(self, user: str, folder: str = "INBOX") -> dict[int, tuple[bytes, ...]]:
        """The flags of every mail of a folder by UID."""
        with self.client(user, folder) as client:
            return dict(client.get_flags(client.search()))

    def expunge(self, user: str, uid: int, folder: str = "INBOX") -> None:
        """Take a mail away for good, as another mail client would."""
        with self.client(user, folder) as client:
            client.delete_messages([uid], silent=True)
            client.expunge()

    def uidvalidity(self, user: str, folder: str = "INBOX") -> int:
        """What a folder's numbers are good for."""
        with self.client(user) as client:
            return int(client.select_folder(folder, readonly=True)[b"UIDVALIDITY"])

    def change_uidvalidity(self, user: str, value: int, folder: str = "INBOX") -> None:
        """Give a folder another UIDVALIDITY, as a server restored or moved does."""
        self.doveadm("mailbox", "update", "-u", user, "--uid-validity", str(value), folder)

    def kill_sessions(self) -> None:
        """kill -9 of every IMAP session, idle ones too; the server itself goes on."""
        for pid in self._sessions():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def sessions(self) -> int:
        """How many IMAP sessions are logged in."""
        return len(self._sessions())

    def doveadm(self, *arguments: str) -> str:
        """Run dovecot's own administration command against this server."""
        program = need_program("doveadm", package="dovecot-core")
        done = subprocess.run(
            [program, "-c", str(self.base / "dovecot.conf"), *arguments],
            check=True,
            capture_output=True,
            text=True,
            **self._dropped_rights(),
        )
        return str(done.stdout)

    def log(self) -> str:
        """What the server has to say."""
        path = self.base / "log"
        return path.read_text() if path.exists() else ""

    @contextlib.contextmanager
    def client(self, user: str, folder: str | None = None) -> Iterator[IMAPClient]:
        """Another mail client, logged in as `user`, in `folder` if one is named."""
        client = IMAPClient(self.host, self.port, ssl=False, timeout=20)
        try:
            client.sasl_login("PLAIN", lambda _: f"\0{user}\0{self._passwords[user]}".encode())
            if folder is not None:
                client.select_folder(folder)
            client.normalise_times = False
            yield client
        finally:
            with contextlib.suppress(Exception):
                client.logout()

    def trusting(self) -> ssl.SSLContext:
        """A client's TLS context that trusts this server."""
        return ssl.create_default_context(cafile=str(self.ca_file))

    def _lay_out(self) -> None:
        self._own(self.base)
        for folder in ("mail", "users", "keys", "keys/default", "keys/default/HS256"):
            (self.base / folder).mkdir()
            self._own(self.base / folder)
        self._write("keys/default/HS256/default", base64.b64encode(tokens.SECRET).decode())
        self._write("oauth2.conf", dovecot_conf.OAUTH2.format(base=self.base))
        self._write_config()

    def _write_config(self) -> None:
        values = {
            **self._options,
            "base": self.base,
            "user": self._user,
            "group": grp.getgrgid(self._account.pw_gid).gr_name,
            "port": self.port,
            "tls_port": self.tls_port,
            "lmtp_port": self.lmtp_port,
            "tls": self._tls_config(),
            "quota": dovecot_conf.QUOTA.format(limit=self._options["quota"]) if self._options["quota"] else "",
        }
        self._write("dovecot.conf", dovecot_conf.main_config(values))

    def _tls_config(self) -> str:
        if self.certificate is None:
            return dovecot_conf.PLAIN_TEXT
        for kind, path in (("cert", self.certificate.cert), ("key", self.certificate.key)):
            self._write(f"server.{kind}", path.read_text())
        return dovecot_conf.TLS.format(cert=self.base / "server.cert", key=self.base / "server.key")

    def _write(self, name: str, text: str) -> None:
        """Whole or not at all: dovecot may be reading the old one."""
        path = self.base / name
        path.with_suffix(".part").write_text(text)
        self._own(path.with_suffix(".part"))
        path.with_suffix(".part").rename(path)

    def _own(self, path: Path) -> None:
        if os.getuid() == 0:
            os.chown(path, self._account.pw_uid, self._account.pw_gid)

    def _maildir(self, user: str) -> Path:
        """The folder that new mails of this user are laid into."""
        for part in ("", "Maildir", "Maildir/cur", "Maildir/tmp", "Maildir/new"):
            folder = self.base / "mail" / user / part
            if not folder.exists():
                folder.mkdir()
                self._own(folder)
        return self.base / "mail" / user / "Maildir/new"

    def _dropped_rights(self) -> dict[str, Any]:
        """root becomes nobody, because dovecot refuses to open root's mail; anybody else stays who they are."""
        if os.getuid() != 0:
            return {}
        return {"user": self._account.pw_uid, "group": self._account.pw_gid, "extra_groups": []}

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        if how is signal.SIGKILL:
            os.kill(self._process.pid, signal.SIGSTOP)  # or it would replace the children that die before it
            for pid in self._children():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, how)
        self._process.send_signal(how)
        self._process.wait(timeout=10)
        self._process = None

    def _sessions(self) -> list[int]:
        return [pid for pid in self._children() if command_of(pid) == "imap"]

    def _children(self) -> list[int]:
        return [] if self._process is None else children_of(self._process.pid)


def just_now() -> datetime:
    """Now, aware UTC, in whole seconds as INTERNALDATE has them."""
    return datetime.now(UTC).replace(microsecond=0)
