"""The desk on one machine, pcscd with vpcd on another: the card goes over the cable."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from vpcd_lab import EMPTY, PRESENT, SELECT, Inside, Pcscd

from netns_pair import Machine, clean_environment, two_machines


@pytest.fixture(scope="module")
def machines() -> Iterator[tuple[Machine, Machine]]:
    with two_machines("linux", "windows") as made:
        yield made


@pytest.fixture
def desk(machines: tuple[Machine, Machine]) -> Iterator[Inside]:
    process = Inside(machines[0])
    yield process
    process.kill()


def test_the_card_on_linux_is_in_the_reader_on_windows(
    machines: tuple[Machine, Machine], desk: Inside, tmp_path: Path
) -> None:
    linux, windows = machines
    daemon = Pcscd(windows, tmp_path)
    daemon.start()
    client = Inside(windows)
    try:
        desk("open_desk", host=windows.address)
        client("wait_for", PRESENT)
        assert "No smart card readers found" in linux.run("opensc-tool", "-l").stdout
        name = windows.run("opensc-tool", "--name").stdout
        assert "jpki" in name.lower()
        sent = windows.run("opensc-tool", "--send-apdu", SELECT).stdout
        assert "(SW1=0x90, SW2=0x00)" in sent
        assert [e["c"] for e in desk("events", "vpcd") if "c" in e][-1] == SELECT
        desk("remove")
        client("wait_for", EMPTY)
        desk("insert")
        client("wait_for", PRESENT)
    finally:
        client.kill()
        daemon.kill()


@pytest.mark.soak
def test_a_visit_served_from_linux_puts_its_card_into_the_reader_on_windows(
    machines: tuple[Machine, Machine], tmp_path: Path
) -> None:
    """``onshi serve --listen --vpcd``, the driver and the product on the other machine."""
    linux, windows = machines
    daemon = Pcscd(windows, tmp_path)
    daemon.start()
    client = Inside(windows)
    serve = linux.start(
        sys.executable, "-m", "onshi.cli", "serve", "--json", "--profile", "hodanren2025",
        "--listen", linux.address, "--vpcd", windows.address,
        stdout=subprocess.PIPE, text=True,
        env={**clean_environment(), "XDG_CACHE_HOME": str(tmp_path / "cache")},
    )  # fmt: skip
    assert serve.stdout is not None
    try:
        env = json.loads(serve.stdout.readline())

        def control(path: str, body: str = "{}") -> dict[str, object]:
            done = windows.run(
                "curl", "-sS", "--cacert", env["ONSHI_WEBAPI_CA"],
                "--cert", env["ONSHI_WEBAPI_CERT"], "--key", env["ONSHI_WEBAPI_KEY"],
                "-H", f"Authorization: Bearer {env['ONSHI_CONTROL_TOKEN']}",
                "-d", body, env["ONSHI_CONTROL_URL"] + path,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
            found: dict[str, object] = json.loads(done.stdout)
            return found

        body = '{"trouble": "card.pin_already_locked", "surfaces": ["pcsc"]}'
        visit = control("/desks/0/visits", body)
        client("wait_for", EMPTY)
        control(f"/visits/{visit['id']}/present")
        client("wait_for", PRESENT)
        asked = ["-s", SELECT, "-s", "00A4020C020018", "-s", "00200080"]
        sent = windows.run("opensc-tool", *asked).stdout
        assert "SW1=0x63, SW2=0xC0" in sent or "SW1=0x69, SW2=0x83" in sent, sent
        control(f"/visits/{visit['id']}/take_away")
        client("wait_for", EMPTY)
    finally:
        serve.terminate()
        serve.communicate(timeout=20)
        client.kill()
        daemon.kill()
    assert serve.returncode == 0


@pytest.mark.soak
def test_a_machine_that_is_not_there_is_explained_and_holds_nothing_up(desk: Inside) -> None:
    desk("open_desk", host="10.77.0.9")
    assert desk("trouble_with", "10.77.0.9:35963 has not answered yet", 2)
    start = time.monotonic()
    assert desk("close_desk") < 0.5
    assert time.monotonic() - start < 1.0
    assert desk("door_threads") == []
    desk("open_desk", host="10.77.0.9")
    sentence = desk("trouble_with", "cannot be reached", 8)
    assert sentence.startswith("10.77.0.9:35963 cannot be reached (")
    assert sentence.endswith("check the address, the network and that machine's firewall")
    assert desk("close_desk") < 0.5
