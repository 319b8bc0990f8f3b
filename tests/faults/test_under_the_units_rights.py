"""The service does its work with no more than the unit leaves it: its system calls, no capabilities, its umask and limits."""

from __future__ import annotations

import ctypes.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from daemon.service import Service as Unit
from daemon.service import systemd_unit
from tests.acceptance import books
from tests.acceptance.conftest import Launch
from tests.acceptance.letters import mail
from tests.acceptance.service import house
from tests.servers import confined
from tests.servers.dovecot import Dovecot
from tests.servers.needs import lacking, need_program
from tests.servers.smtp import SmtpServer

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["the whole", "a part"])
def unit(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The unit that `service install` writes, and the one for a part of several."""
    need_program("systemd-analyze", package="systemd")
    if ctypes.util.find_library("seccomp") is None:
        lacking("libseccomp is not installed (Debian: libseccomp2)")
    if request.param == "the whole":
        text = systemd_unit(Unit(config=tmp_path / "v.toml", command=tmp_path / "v", data_dir=tmp_path / "var"))
    else:
        text = (ROOT / "deploy" / "ventanilla@.service").read_text(encoding="utf-8")
    (tmp_path / "unit").write_text(text)
    return tmp_path / "unit"


def confining(unit: Path) -> tuple[str, ...]:
    return (sys.executable, confined.__file__, str(unit))


def test_a_mail_walks_its_road_under_what_the_unit_allows(
    unit: Path, make_service: Launch, dovecot: Dovecot, smtp: SmtpServer
) -> None:
    service = make_service(house(dovecot, smtp), wrapper=confining(unit))

    service.start()
    dovecot.append("soporte", mail("eva@clientes.example", "Taladro").as_bytes())
    books.wait_for_post(service, 1)
    books.wait_for_letters(service)

    assert len(smtp.taken) == 2
    assert {one["restarts"] for one in service.json("status")["processes"]} == {0}
    books.check_audit(service)
    assert service.stop() == 0


def test_what_the_unit_forbids_is_refused(unit: Path) -> None:
    lower = "import os\ntry: os.setpriority(os.PRIO_PROCESS, 0, 5)\nexcept PermissionError: print('refused')"

    done = subprocess.run(
        [*confining(unit), sys.executable, "-c", lower], capture_output=True, text=True, check=False, env=os.environ
    )

    assert done.stdout == "refused\n", done.stderr
