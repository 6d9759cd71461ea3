"""Desks, drivers and harnesses that come and go; nothing hangs and no card is another's."""

from __future__ import annotations

import sys
import time

import pytest
from vpcd_lab import EMPTY, PRESENT, SELECT, Inside, Pcscd, until

from netns_pair import Machine

OK, NOT_TRANSACTED, REMOVED = "00000000", "80100016", "80100069"
SELECT_PIN, WRONG_PIN = "00A4020C020018", "002000800439393939"


def test_a_hanging_card_is_released_when_its_desk_closes(no_desk: Inside, client: Inside) -> None:
    no_desk("open_desk", time="real", deadline=60.0)
    client("wait_for", PRESENT)
    assert client("connect") == OK
    no_desk("inject", "card.hang")
    client.begin("transmit", SELECT)
    until(lambda: no_desk("events", "fault"))
    assert no_desk("close_desk") < 1.0
    assert client.result(2) == [OK, ""]
    assert no_desk("door_threads") == []
    assert client("disconnect") == OK


@pytest.mark.soak
def test_a_card_taken_out_while_it_hangs_makes_room_for_the_next(
    no_desk: Inside, client: Inside
) -> None:
    no_desk("open_desk", time="real", deadline=60.0)
    client("wait_for", PRESENT)
    assert client("connect") == OK
    no_desk("inject", "card.hang", {"nth": 1})
    client.begin("transmit", SELECT)
    until(lambda: no_desk("events", "fault"))
    no_desk("next_patient")
    assert client.result(2) == [OK, ""]
    assert client("until_code", SELECT, REMOVED)[-1] == REMOVED
    assert client("disconnect") == OK
    client("wait_for", PRESENT)
    assert client("connect") == OK
    assert client("transmit", SELECT) == [OK, "9000"]
    assert client("disconnect") == OK
    assert no_desk("close_desk") < 1.0
    assert no_desk("door_threads") == []


@pytest.mark.soak
def test_a_driver_that_starts_later_crashes_and_returns(
    machine: Machine, pcscd: Pcscd, no_desk: Inside, client: Inside
) -> None:
    pcscd.kill()
    client("forget")
    no_desk("open_desk")
    sentence = "nothing listens at 127.0.0.1:35963: start pcscd, or the smart card service, "
    assert no_desk("trouble_with", "nothing", 3).startswith(sentence)
    try:
        for _ in range(2):
            pcscd.start()
            assert no_desk("taken", 3)
            assert no_desk("trouble_with", "", 3) == ""
            client("wait_for", PRESENT)
            assert client("connect") == OK
            assert client("transmit", SELECT) == [OK, "9000"]
            pcscd.kill()
            client("forget")
            assert "nothing listens" in no_desk("trouble_with", "nothing", 3)
        assert no_desk("close_desk") < 1.0
        assert no_desk("door_threads") == []
    finally:
        pcscd.kill()
        pcscd.start()


def test_a_harness_that_is_killed_leaves_an_empty_reader(machine: Machine, client: Inside) -> None:
    process = Inside(machine)
    process("open_desk")
    client("wait_for", PRESENT)
    process.kill()
    client("wait_for", EMPTY, 1.0)


def test_closing_takes_the_card_out_and_the_next_desk_is_another_card(
    no_desk: Inside, client: Inside
) -> None:
    no_desk("open_desk", seed=1)
    client("wait_for", PRESENT)
    assert sorted(no_desk("door_threads")) == ["onshi-vpcd", "onshi-vpcd-card"]
    assert client("connect") == OK
    assert no_desk("close_desk") < 0.5
    assert no_desk("door_threads") == []
    no_desk("open_desk", seed=2)
    assert client("until_code", SELECT, REMOVED)[-2:] == [NOT_TRANSACTED, REMOVED]
    client("wait_for", PRESENT)
    assert client("transmit", SELECT) == [REMOVED, ""], "the handle of the desk before"
    assert client("disconnect") == OK
    assert not [e for e in no_desk("events", "vpcd") if "c" in e]


def test_a_driver_with_another_card_is_explained(machine: Machine, desk: Inside) -> None:
    second = Inside(machine)
    second("open_desk")
    assert "has not asked for the card" in second("trouble_with", "not asked", 5)
    assert not second("taken", 0)
    assert second("events", "vpcd") == []
    assert second("close_desk") < 0.5
    second.kill()


def test_the_second_slot_is_a_reader_of_its_own(
    machine: Machine, desk: Inside, client: Inside
) -> None:
    second = Inside(machine)
    second("open_desk", port=35964, seed=1)
    assert second("taken", 3)
    until(lambda: "1    Yes" in machine.run("opensc-tool", "-l").stdout)
    sent = machine.run("opensc-tool", "--reader", "1", "--send-apdu", SELECT)
    assert "(SW1=0x90, SW2=0x00)" in sent.stdout, sent.stderr
    assert [e["c"] for e in second("events", "vpcd") if "c" in e][-1] == SELECT
    assert not [e for e in desk("events", "vpcd") if "c" in e]
    second.kill()


# -------------------------------------------------------------------- journal
@pytest.mark.soak
def test_same_seed_same_script_same_journal(no_desk: Inside, client: Inside) -> None:
    def run(pause: float) -> str:
        no_desk("open_desk", seed=7)
        client("wait_for", PRESENT)
        time.sleep(pause)
        no_desk("inject", "card.status_word", {"nth": 2}, sw="6F00")
        assert client("connect") == OK
        for apdu in (SELECT, SELECT, SELECT, SELECT_PIN, WRONG_PIN):
            assert client("transmit", apdu)[0] == OK
        assert client("disconnect") == OK
        time.sleep(pause)
        no_desk("remove")
        client("wait_for", EMPTY)
        until(lambda: no_desk("events", "vpcd")[-1]["event"] == "left")
        journal = str(no_desk("canonical"))
        no_desk("close_desk")
        return journal

    hurried = run(0.0)
    assert run(0.6) == hurried, "whether pcscd switches an idle card off is not in it"
    assert '"lane":"vpcd/0"' in hurried
    assert "35963" not in hurried
    assert "127.0.0.1" not in hurried


# ----------------------------------------------------------------------- exec
@pytest.mark.usefixtures("no_desk")
def test_exec_puts_the_card_into_the_other_reader(machine: Machine, client: Inside) -> None:
    command = [sys.executable, "-m", "onshi.cli", "exec", "--date", "2025-10-20"]
    done = machine.run(
        *command, "--vpcd", "localhost", "--",
        "env", "--unset", "PCSCLITE_CSOCK_NAME", "opensc-tool", "--send-apdu", SELECT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "(SW1=0x90, SW2=0x00)" in done.stdout
    assert "onshi exec:" not in done.stderr
    client("wait_for", EMPTY)
