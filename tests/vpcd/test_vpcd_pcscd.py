"""The door against the real thing: pcscd and its vpcd driver, with the programs people use."""

from __future__ import annotations

from typing import Any

import pytest
from vpcd_lab import EMPTY, MUTE, PRESENT, SELECT, Inside

from netns_pair import Machine

OK, NOT_TRANSACTED = "00000000", "80100016"
UNPOWERED, REMOVED = "80100067", "80100069"
SELECT_PIN = "00A4020C020018"
RIGHT_PIN, WRONG_PIN = "002000800431323334", "002000800439393939"
RESET, UNPOWER = 1, 2
LOOK, GAP = 0.4, 0.8


# ------------------------------------------------------------------ a good card
def test_opensc_sees_the_card_and_talks_to_it(desk: Inside, machine: Machine) -> None:
    atr = "3b:88:80:01:00:00:05:e0:b3:81:a1:00:7f"
    listed = machine.run("opensc-tool", "--list-readers").stdout.splitlines()
    assert [line.split()[:3] for line in listed[2:]] == [
        ["0", "Yes", "Virtual"],
        ["1", "No", "Virtual"],
    ]
    assert machine.run("opensc-tool", "--atr").stdout.strip() == atr
    assert "jpki" in machine.run("opensc-tool", "--name").stdout.lower()
    sent = machine.run("opensc-tool", "--send-apdu", SELECT).stdout
    assert "(SW1=0x90, SW2=0x00)" in sent


def test_a_certificate_is_read_as_from_any_reader(desk: Inside, machine: Machine) -> None:
    read = machine.run("pkcs15-tool", "--read-certificate", "1")
    assert "BEGIN CERTIFICATE" in read.stdout, read.stderr
    reads = [e for e in desk("events", "vpcd") if e.get("c", "")[2:4] == "B0"]
    assert reads, "it came from our card"


def test_pcsc_scan_names_the_card(desk: Inside, machine: Machine) -> None:
    scan = machine.run("timeout", "--signal=KILL", "1", "pcsc_scan", "-n")
    assert "Virtual PCD 00 00" in scan.stdout
    assert "Card inserted" in scan.stdout
    assert "3B 88 80 01 00 00 05 E0 B3 81 A1 00 7F" in scan.stdout


def test_a_wrong_pin_costs_a_try_of_our_card(desk: Inside, client: Inside) -> None:
    assert client("connect") == OK
    assert client("transmit", SELECT) == [OK, "9000"]
    assert client("transmit", SELECT_PIN) == [OK, "9000"]
    assert client("transmit", WRONG_PIN) == [OK, "63C2"]
    assert desk("tries", "auth") == 2
    assert client("transmit", RIGHT_PIN) == [OK, "9000"]
    assert client("disconnect") == OK
    masked = [e["c"] for e in desk("events", "vpcd") if e.get("c", "").startswith("0020008004")]
    assert masked == ["0020008004" + "*" * 8] * 2


def test_an_apdu_does_not_wait_for_acknowledgements(desk: Inside, client: Inside) -> None:
    assert client("connect") == OK
    median = client("measure", SELECT, 300)
    assert client("disconnect") == OK
    assert median < 5_000, "the stock driver without TCP_QUICKACK: 44 000 µs"


def test_insertion_and_removal_are_seen_at_the_next_look(desk: Inside, client: Inside) -> None:
    client.begin("wait_for", EMPTY)
    out = desk("remove")
    assert client.result() - out < LOOK + 0.5
    client.begin("wait_for", PRESENT)
    came = desk("insert")
    assert client.result() - max(came, out + GAP) < LOOK + 0.5


def test_an_old_handle_never_reaches_the_next_card(desk: Inside, client: Inside) -> None:
    """A driver that noticed the change at an APDU would not tell pcscd of it."""
    assert client("connect") == OK
    assert client("transmit", SELECT) == [OK, "9000"]
    desk("next_patient")
    assert client("until_code", SELECT, REMOVED)[-2:] == [NOT_TRANSACTED, REMOVED]
    client("wait_for", PRESENT)
    assert client("transmit", SELECT) == [REMOVED, ""]
    assert client("disconnect") == OK
    assert [e for e in desk("events", "vpcd") if e["lane"] == desk("lane")] == [
        {"lane": desk("lane"), "event": "connect"}
    ]


# ---------------------------------------------------------------------- power
def test_reset_and_power_reach_the_card(desk: Inside, client: Inside) -> None:
    def power() -> list[str]:
        return [e["action"] for e in desk("events", "card") if e["event"] == "power"]

    assert client("connect") == OK
    before = len(power())
    for action, reached in ((RESET, ["reset"]), (UNPOWER, ["off", "on"])):
        assert client("transmit", SELECT) == [OK, "9000"]
        assert client("transmit", SELECT_PIN) == [OK, "9000"]
        assert client("reconnect", action) == OK
        assert client("transmit", SELECT_PIN) == [OK, "6A82"], "nothing is selected any more"
        assert power()[before:] == reached
        before = len(power())
    assert client("disconnect", RESET) == OK
    assert power()[before:] == ["reset"]


def test_a_fault_that_ends_with_a_reset_ends(desk: Inside, client: Inside) -> None:
    desk("inject", "card.status_word", {"until": "reset"}, sw="6F00")
    assert client("connect") == OK
    assert client("transmit", SELECT) == [OK, "6F00"]
    assert client("reconnect", RESET) == OK
    assert client("transmit", SELECT) == [OK, "9000"]
    assert client("disconnect") == OK


# --------------------------------------------------------------------- faults
def test_a_status_word_strikes_on_schedule(desk: Inside, client: Inside) -> None:
    desk("inject", "card.status_word", {"nth": 2}, sw="6F00")
    assert client("connect") == OK
    answers = [client("transmit", SELECT)[1] for _ in range(3)]
    assert answers == ["9000", "6F00", "9000"]
    assert client("disconnect") == OK


@pytest.mark.soak
def test_a_mute_card_is_there_and_cannot_be_connected(
    desk: Inside, client: Inside, machine: Machine
) -> None:
    desk("remove")
    client("wait_for", EMPTY)
    desk("inject", "card.mute")
    desk("insert")
    client("wait_for", PRESENT | MUTE)
    bits, atr = client("state")
    assert bits & (PRESENT | MUTE | EMPTY) == PRESENT | MUTE
    assert atr == ""
    assert client("connect") == UNPOWERED
    assert "Unresponsive card" in machine.run("opensc-tool", "-s", SELECT).stderr
    desk("mend")
    assert client("connect") == OK
    assert client("transmit", SELECT) == [OK, "9000"]
    assert client("disconnect") == OK


@pytest.mark.parametrize("flavour", ["clean", "raw"])
def test_a_card_pulled_during_a_command(desk: Inside, client: Inside, flavour: str) -> None:
    assert client("connect") == OK
    assert client("transmit", SELECT) == [OK, "9000"]
    desk("inject", "card.pull", {"nth": 1}, flavour=flavour)
    assert client("transmit", SELECT) == [OK, ""]
    assert client("until_code", SELECT, REMOVED) == [NOT_TRANSACTED, REMOVED]
    assert client("disconnect") == OK
    client("wait_for", EMPTY)
    assert [{k: v for k, v in e.items() if k != "lane"} for e in desk("events", "vpcd")[-2:]] == [
        {"event": "apdu", "c": SELECT},
        {"event": "left", "by": "card"},
    ]


@pytest.mark.parametrize(
    ("fault", "settings", "by"),
    [("card.truncate", {"n": 0}, "mute"), ("card.hang", {}, "hang_up")],
)
def test_what_vpcd_has_no_words_for_is_a_card_that_leaves_and_returns(
    desk: Inside, client: Inside, fault: str, settings: dict[str, Any], by: str
) -> None:
    assert client("connect") == OK
    desk("inject", fault, {"nth": 1}, **settings)
    assert client("transmit", SELECT) == [OK, ""]
    assert client("until_code", SELECT, REMOVED) == [NOT_TRANSACTED, REMOVED]
    assert client("disconnect") == OK
    client("wait_for", PRESENT)
    assert client("connect") == OK
    assert client("transmit", SELECT) == [OK, "9000"]
    assert client("disconnect") == OK
    assert [e for e in desk("events", "vpcd") if e["event"] == "left"][-1]["by"] == by


def test_a_frozen_card_is_gone_and_comes_back_awake(desk: Inside, client: Inside) -> None:
    desk("inject", "card.freeze", {"match": "VERIFY*", "nth": 1}, gives_up_after=0.1)
    assert client("connect") == OK
    assert client("transmit", SELECT) == [OK, "9000"]
    assert client("transmit", SELECT_PIN) == [OK, "9000"]
    assert client("transmit", WRONG_PIN) == [OK, ""]
    assert client("until_code", SELECT, REMOVED) == [NOT_TRANSACTED, REMOVED]
    client("disconnect")
    client("wait_for", PRESENT)
    assert client("connect") == OK
    assert client("transmit", SELECT) == [OK, "9000"]
    assert desk("tries", "auth") == 3
