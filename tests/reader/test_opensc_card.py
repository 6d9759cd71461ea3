"""The virtual card through the socket, read by OpenSC's JPKI driver."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from reader_bench import Bench
from test_pcscd_programs import environment

from onshi.card import VirtualCard
from onshi.clock import VirtualClock
from onshi.doors.pcscd import PcscdEndpoint
from onshi.people.records import CardSpec, Patient
from onshi.schedule import Schedule

TODAY = date(2025, 10, 20)
Tool = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def bench(patient: Patient) -> Iterator[Bench]:
    made = Bench(clock=VirtualClock(TODAY))
    spec = CardSpec(cert_from=date(2024, 2, 1), cert_until=date(2029, 2, 17))
    card = VirtualCard(spec, patient, seed=1, lane=made.journal.only("card"))
    made.engine.insert(card)
    yield made
    made.close()


@pytest.fixture
def tool(socket_for_children: PcscdEndpoint) -> Tool:
    def call(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            env=environment(socket_for_children),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return call


def test_the_card_is_recognized(tool: Tool) -> None:
    found = tool("opensc-tool", "-n")
    assert (found.returncode, found.stdout.strip()) == (0, "jpki")


def test_its_pins(tool: Tool) -> None:
    found = tool("pkcs15-tool", "--list-pins")
    assert found.returncode == 0
    assert "User Authentication PIN" in found.stdout
    assert "Digital Signature PIN" in found.stdout


def test_sign_and_verify(tool: Tool, tmp_path: Path, bench: Bench) -> None:
    certificate = tool("pkcs15-tool", "--read-certificate", "1")
    assert certificate.returncode == 0
    (tmp_path / "auth.pem").write_text(certificate.stdout)
    key = tool("openssl", "x509", "-in", str(tmp_path / "auth.pem"), "-noout", "-pubkey")
    (tmp_path / "auth.pub").write_text(key.stdout)
    (tmp_path / "data").write_bytes(b"a challenge")
    signed = tool(
        *("pkcs15-crypt", "--sign", "--key", "1", "--pin", "1234", "--sha-256", "--pkcs1"),
        *("--signature-format", "rs", "--input", _digest(tmp_path), "--raw"),
        *("--output", str(tmp_path / "signature")),
    )
    assert signed.returncode == 0, signed.stderr
    verified = tool(
        *("openssl", "dgst", "-sha256", "-verify", str(tmp_path / "auth.pub")),
        *("-signature", str(tmp_path / "signature"), str(tmp_path / "data")),
    )
    assert verified.stdout.strip() == "Verified OK"
    # The PIN is masked in the journal of the program and in that of the card.
    assert b"31323334" not in bench.journal.canonical()


def _digest(folder: Path) -> str:
    target = folder / "digest"
    target.write_bytes(hashlib.sha256((folder / "data").read_bytes()).digest())
    return str(target)


def test_pulled_while_the_certificate_is_read(tool: Tool, bench: Bench) -> None:
    bench.inject("card.pull", Schedule(match="READ_BINARY", nth=5))
    found = tool("pkcs15-tool", "--read-certificate", "1")
    assert found.returncode != 0
    assert not bench.engine.has_card()


def test_a_mute_card(tool: Tool, bench: Bench) -> None:
    bench.inject("card.mute", Schedule(match="POWER_ON"))
    assert "Unresponsive card" in tool("opensc-tool", "-n").stderr
    assert bench.engine.states()[0].state == 0x0C
