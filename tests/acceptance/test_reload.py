"""A changed file is put in force while the service runs; one that cannot be used changes nothing and says why."""

from __future__ import annotations

import os
import signal
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.acceptance import books
from tests.acceptance.letters import mail
from tests.acceptance.service import Service
from tests.servers.dovecot import Dovecot
from tests.servers.ports import wait_until


def test_a_changed_capacity_counts_for_the_next_cases(service: Service, dovecot: Dovecot) -> None:
    service.start()
    _receive(service, dovecot, 2)
    assert Counter(_owners(service)) == {"ana": 1, "luis": 1}
    service.settings["agents"]["ana"]["capacity"] = 1

    _reload_by_signal(service)
    _receive(service, dovecot, 6, begin=2)

    assert Counter(_owners(service)) == {"ana": 1, "luis": 7}
    assert {one["name"]: one["capacity"] for one in service.json("status")["agents"]}["ana"] == 1
    books.check_audit(service)


def test_reload_says_what_it_does_and_tells_the_service(service: Service, dovecot: Dovecot) -> None:
    service.start()
    service.settings["agents"]["ana"]["capacity"] = 1
    service.write()

    tried = service.json("reload", "--dry-run")
    done = service.json("reload")

    assert tried["changes"] == done["changes"]
    assert len(done["changes"]) == 1
    assert 'agent "ana"' in done["changes"][0]
    assert (tried["told_service"], done["told_service"]) == (False, True)
    _receive(service, dovecot, 4)
    assert Counter(_owners(service)) == {"ana": 1, "luis": 3}


def test_a_broken_file_changes_nothing_and_says_so(service: Service, dovecot: Dovecot) -> None:
    service.start()
    before, good = service.pids(), service.config.read_text()
    service.config.write_text(good.replace("capacity = 50", "capacity = -3").replace("[promises", "[promisses"))

    refused = service.run("reload")
    os.kill(before["up"], signal.SIGHUP)
    wait_until(lambda: _events(service)["reload_refused"] == 1, what="the refusal in the log")

    assert refused.returncode == 2
    for words in ("agents.ana.capacity", "agents.luis.capacity", "-3", "promisses"):
        assert words in refused.stderr
    said = next(line for line in service.said() if line["event"] == "reload_refused")
    assert "agents.ana.capacity" in said["error"]
    _receive(service, dovecot, 2)
    assert service.pids() == before


def test_who_has_left_hands_over_everything(service: Service, dovecot: Dovecot) -> None:
    service.start()
    _receive(service, dovecot, 6)
    assert Counter(_owners(service)) == {"ana": 3, "luis": 3}
    service.settings["agents"]["ana"]["left"] = (datetime.now(UTC) - timedelta(days=2)).date()
    service.write()

    done = service.json("reload")

    assert (done["left"], done["handed_over"]) == (["ana"], 3)
    assert Counter(_owners(service)) == {"luis": 6}
    moved = [case for case in service.json("show", *_keys(service)) if len(case["assignments"]) == 2]
    assert {case["assignments"][1]["reason"] for case in moved} == {"owner_left"}
    assert len(moved) == 3
    _wait_for_restart(service, times=1)
    _receive(service, dovecot, 2, begin=6)
    assert Counter(_owners(service)) == {"luis": 8}
    books.wait_for_letters(service)
    told = Counter(row.agent for row in books.outbox_rows(service) if row.kind == "notice" and row.state == "sent")
    assert told == {"ana": 3, "luis": 8}
    books.check_audit(service)


@pytest.mark.parametrize("by", ["command", "signal"])
def test_deleting_somebody_who_owns_cases_is_refused(by: str, service: Service, dovecot: Dovecot) -> None:
    service.start()
    _receive(service, dovecot, 2)
    del service.settings["agents"]["ana"]
    service.settings["teams"]["atencion"]["members"] = ["luis"]
    service.write()

    if by == "command":
        done = service.run("reload")
        assert done.returncode == 2
        said = done.stderr
    else:
        os.kill(service.pids()["up"], signal.SIGHUP)
        wait_until(lambda: _events(service)["reload_refused"] == 1, what="the refusal in the log")
        said = next(line["error"] for line in service.said() if line["event"] == "reload_refused")

    assert "agents.ana: still answers for 1 open case" in said
    assert "left" in said
    _receive(service, dovecot, 1, begin=2)
    assert Counter(_owners(service)) == {"ana": 2, "luis": 1}
    books.check_audit(service)


def _reload_by_signal(service: Service) -> None:
    service.write()
    times = _events(service)["reloaded"] + 1
    os.kill(service.pids()["up"], signal.SIGHUP)
    _wait_for_restart(service, times=times)


def _wait_for_restart(service: Service, *, times: int) -> None:
    """Until the parent has reloaded so often and its routing child has begun afresh after that."""
    wait_until(lambda: _events(service)["reloaded"] >= times, seconds=20, what="the reload")
    wait_until(lambda: _events(service)["worker_started"] > times, seconds=60, what="the routing child's new start")


def _receive(service: Service, dovecot: Dovecot, count: int, *, begin: int = 0) -> None:
    """So many new customers write, one after another, and each has a case when this returns."""
    for number in range(begin, begin + count):
        dovecot.append("soporte", mail(f"c{number}@clientes.example", f"Asunto {number}").as_bytes())
        books.wait_for_post(service, number + 1, seconds=60)


def _owners(service: Service) -> list[str]:
    return [case["owner"] for case in service.json("conversations")]


def _keys(service: Service) -> list[str]:
    return [case["key"] for case in service.json("conversations")]


def _events(service: Service) -> Counter[Any]:
    return Counter(line["event"] for line in service.said())
