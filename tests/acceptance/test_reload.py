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


def test_a_changed_capacity_counts_for_the_next_cases_by_command_and_by_signal(
    service: Service, dovecot: Dovecot
) -> None:
    service.start()
    _receive(service, dovecot, 2)
    assert Counter(_owners(service)) == {"ana": 1, "luis": 1}

    # when ana is to have one case at most
    service.settings["agents"]["ana"]["capacity"] = 1
    service.write()
    tried = service.json("reload", "--dry-run")
    done = service.json("reload")

    # then the command has said so, the service knows, and luis gets the next ones
    assert tried["changes"] == done["changes"]
    assert len(done["changes"]) == 1
    assert 'agent "ana"' in done["changes"][0]
    assert (tried["told_service"], done["told_service"]) == (False, True)
    _wait_for_restart(service, times=1)
    _receive(service, dovecot, 2, begin=2)
    assert Counter(_owners(service)) == {"ana": 1, "luis": 3}

    # and by a signal ana may have more again
    service.settings["agents"]["ana"]["capacity"] = 50
    service.write()
    os.kill(service.pids()["up"], signal.SIGHUP)
    _wait_for_restart(service, times=2)
    _receive(service, dovecot, 2, begin=4)
    assert Counter(_owners(service)) == {"ana": 3, "luis": 3}
    assert {one["name"]: one["capacity"] for one in service.json("status")["agents"]}["ana"] == 50
    books.check_audit(service)


@pytest.mark.fault(20)
def test_a_file_that_cannot_be_put_in_force_changes_nothing_and_says_why(service: Service, dovecot: Dovecot) -> None:
    service.start()
    _receive(service, dovecot, 2)
    before, good = service.pids(), service.config.read_text()

    # a broken file, by command and by signal
    service.config.write_text(good.replace("capacity = 50", "capacity = -3").replace("[promises", "[promisses"))
    refused = service.run("reload")
    os.kill(before["up"], signal.SIGHUP)
    wait_until(lambda: len(_refusals(service)) == 1, seconds=20, what="the refusal in the log")
    assert refused.returncode == 2
    for words in ("agents.ana.capacity", "agents.luis.capacity", "-3", "promisses"):
        assert words in refused.stderr
    assert "agents.ana.capacity" in _refusals(service)[0]  # the log's line is cut short

    # a good file without somebody who owns a case, likewise
    del service.settings["agents"]["ana"]
    service.settings["teams"]["atencion"]["members"] = ["luis"]
    service.write()
    refused = service.run("reload")
    os.kill(before["up"], signal.SIGHUP)
    wait_until(lambda: len(_refusals(service)) == 2, seconds=20, what="the refusal in the log")
    assert refused.returncode == 2
    for said in (refused.stderr, _refusals(service)[1]):
        assert "agents.ana: still answers for 1 open case" in said
        assert "left" in said

    # and all goes on as before
    _receive(service, dovecot, 2, begin=2)
    assert Counter(_owners(service)) == {"ana": 2, "luis": 2}
    assert service.pids() == before
    books.check_audit(service)


@pytest.mark.fault(20)
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


def _refusals(service: Service) -> list[str]:
    return [line["error"] for line in service.said() if line["event"] == "reload_refused"]


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
