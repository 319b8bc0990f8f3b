"""A private, real Postfix on a free loopback port: takes mail for the addresses it knows, refuses others, and bounces what its
mailbox server will not have."""

from __future__ import annotations

import atexit
import grp
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.servers.needs import lacking, need_program
from tests.servers.ports import answers, free_port, wait_until

DAEMONS = Path("/usr/lib/postfix/sbin")
QUEUES = ["active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace"]
MAIN = """
compatibility_level = 3.6
queue_directory = {base}/queue
data_directory = {base}/data
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
maillog_file = {base}/log
maillog_file_prefixes = {base}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.example.com
mydestination =
local_recipient_maps =
alias_maps =
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = reject_unauth_destination
virtual_mailbox_domains = {domains}
virtual_mailbox_maps = texthash:{base}/conf/mailboxes
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
recipient_delimiter = +
smtputf8_enable = yes
queue_run_delay = 1s
minimal_backoff_time = 1s
default_process_limit = 4
"""
MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
proxymap unix - - n - - proxymap
retry unix - - n - - error
error unix - - n - - error
"""


class Postfix:
    """`with Postfix(lmtp_port, {"eva@clientes.example": "eva"}) as server:` answers by SMTP on `port` and hands over by LMTP.

    `mailboxes` are the addresses it takes (their plus-addresses too); every other one of their domains is refused at RCPT. One
    that the LMTP server does not know after all bounces to its sender. Needs root, as every Postfix does.
    """

    host = "127.0.0.1"

    def __init__(self, lmtp_port: int, mailboxes: Mapping[str, str]) -> None:
        need_program("postfix", package="postfix")
        if os.getuid() != 0:
            lacking("Postfix must be started by root")
        self.port = free_port()
        self.base = Path(tempfile.mkdtemp(prefix="postfix-"))
        self.base.chmod(0o755)
        self._process: subprocess.Popen[bytes] | None = None
        self._lay_out(lmtp_port, mailboxes)

    def start(self) -> Postfix:
        """Returns once it answers."""
        argv = [str(DAEMONS / "master"), "-c", str(self.base / "conf"), "-d"]
        self._process = subprocess.Popen(
            argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        atexit.register(self.stop)
        try:
            wait_until(lambda: answers(self.port), what="Postfix's greeting")
        except TimeoutError:
            raise RuntimeError(f"Postfix did not start:\n{self.log()}") from None
        return self

    def stop(self) -> None:
        """End it and delete its queue. Twice does no harm."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(timeout=10)
            self._process = None
        shutil.rmtree(self.base, ignore_errors=True)

    def __enter__(self) -> Postfix:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def log(self) -> str:
        """What it has said so far."""
        path = self.base / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def _lay_out(self, lmtp_port: int, mailboxes: Mapping[str, str]) -> None:
        conf = self.base / "conf"
        conf.mkdir()
        domains = sorted({address.rpartition("@")[2] for address in mailboxes})
        values = {"base": self.base, "daemons": DAEMONS, "domains": ", ".join(domains), "lmtp": lmtp_port}
        (conf / "main.cf").write_text(MAIN.format(**values))
        (conf / "master.cf").write_text(MASTER.format(port=self.port))
        (conf / "mailboxes").write_text("".join(f"{address} {name}\n" for address, name in mailboxes.items()))
        owner, drop = pwd.getpwnam("postfix").pw_uid, grp.getgrnam("postdrop").gr_gid
        (self.base / "data").mkdir()
        os.chown(self.base / "data", owner, -1)
        queue = self.base / "queue"
        queue.mkdir()
        (queue / "pid").mkdir()
        for name in QUEUES:
            (queue / name).mkdir(mode=0o700)
            os.chown(queue / name, owner, -1)
        for name, mode in (("public", 0o710), ("maildrop", 0o730)):
            (queue / name).mkdir()
            os.chown(queue / name, owner, drop)
            (queue / name).chmod(mode)
