"""The whole card through the PC/SC socket, read by OpenSC's tools."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from card_talk import COMMON, JUKI, TEXT, VISUAL
from card_tlv import only

import onshi

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Answers = Callable[..., list[tuple[str, bytes]]]


@pytest.fixture(scope="module")
def desk() -> Iterator[onshi.Desk]:
    with onshi.Desk(date=date(2025, 10, 20), in_process=False) as desk:
        yield desk


@pytest.fixture
def run(desk: onshi.Desk) -> Run:
    def call(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, env=desk.env(), capture_output=True, text=True, timeout=60, check=False
        )

    return call


@pytest.fixture
def answers(desk: onshi.Desk, run: Run) -> Answers:
    """Status word and data of each command, as opensc-tool saw them; a card of its own."""
    desk.lay_down("mynumber")

    def send(*apdus: str) -> list[tuple[str, bytes]]:
        sends = (part for apdu in apdus for part in ("-s", apdu))
        done = run("opensc-tool", "-c", "default", *sends)
        assert done.returncode == 0, done.stderr
        parts = re.split(r"Received \(SW1=0x(..), SW2=0x(..)\):?\n?", done.stdout)[1:]
        found = [
            (sw1 + sw2, _dumped(text))
            for sw1, sw2, text in zip(parts[::3], parts[1::3], parts[2::3], strict=True)
        ]
        assert len(found) == len(apdus), done.stdout
        return found

    return send


def _dumped(text: str) -> bytes:
    """Lines of 16 bytes in hex, then as characters; the next command's echo ends them."""
    lines = text.partition("Sending:")[0].splitlines()
    return b"".join(bytes.fromhex(re.match(r"(?:[0-9A-F]{2} )*", line)[0]) for line in lines)  # type: ignore[index]


def status(found: list[tuple[str, bytes]]) -> list[str]:
    return [sw for sw, _ in found]


def verify(fid: str, secret: str) -> tuple[str, str]:
    return f"00A4020C02{fid}", f"00200080{len(secret):02X}{secret.encode().hex()}"


def test_text(answers: Answers, desk: onshi.Desk) -> None:
    found = answers(
        TEXT, "00B0810011", *verify("0011", "1234"), "00B0810011", "00B0820000", "00B0830000"
    )
    assert status(found) == ["9000", "6982", "9000", "9000", "9000", "9000", "9000"]
    assert found[4][1] == b"\xff\x10\x0c" + desk.patient.mynumber.encode() + b"\xff\xff"
    items = only(found[5][1], "FF20")
    assert items["DF22"].decode() == desk.patient.name
    assert items["DF23"].decode() == desk.patient.address
    assert found[6][1][:5].hex() == "ff3082014b"


def test_text_by_the_printed_numbers(answers: Answers, desk: onshi.Desk) -> None:
    own = desk.card.secrets
    found = answers(
        TEXT,
        *verify("0014", own.number_a),
        "00B0810011",
        "00B0820000",
        *verify("0015", own.number_b),
        "00B0820000",
        "00200091",
    )
    assert status(found) == ["9000", "9000", "9000", "9000", "6982", *["9000"] * 3, "63C3"]


def test_visual(answers: Answers, desk: onshi.Desk) -> None:
    own = desk.card.secrets
    found = answers(
        VISUAL,
        "00B0820004",
        *verify("0011", own.birth),
        "00B0810010",
        *verify("0012", own.number_b),
        "00B0820004",
        "00B0850004",
        *verify("0013", own.number_a),
        "00B0850004",
    )
    refused = [i for i, (sw, _) in enumerate(found) if sw != "9000"]
    assert [(i, found[i][0]) for i in refused] == [(1, "6982"), (8, "6982")]
    assert found[4][1][8:] == f"{desk.patient.birthdate:%Y%m%d}".encode()
    assert found[7][1][:3].hex() == "ff2082"
    assert found[11][1][:3].hex() == "ff4082"


def test_common_and_juki(answers: Answers) -> None:
    found = answers(
        *(COMMON, "00A4020C020001", "00B2010400", "00B2010C00", "00B2020400"),
        *("0088009904AABBCCDD00", JUKI, *verify("001C", "9999"), *verify("001C", "1234")),
        "0020009C",
    )
    expected = ["9000", "9000", "9000", "9000", "6A83", "9000", "9000", "9000", "63C2"]
    assert status(found) == [*expected, "9000", "9000", "63C3"]
    assert found[2] == found[3]
    assert found[2][1][:2].hex() == "011c"
    assert len(found[5][1]) == 256


def test_get_data_at_the_mf(answers: Answers) -> None:
    found = answers("00CA00F000", "00CA7F2100", "00CA00AA00")
    assert status(found) == ["9000", "6700", "6A88"]
    assert found[0][1].isdigit()


def test_opensc_still_knows_the_card(
    answers: Answers, run: Run, desk: onshi.Desk, tmp_path: Path
) -> None:
    """GET DATA and four more applications do not make it something else to another driver."""
    assert run("opensc-tool", "-n").stdout.strip() == "jpki"
    assert run("pkcs15-tool", "--list-pins").stdout.count("Tries left") == 2
    done = run("pkcs15-tool", "--read-certificate", "1", "-o", str(tmp_path / "auth.pem"))
    assert done.returncode == 0
    convert = ("-outform", "DER", "-out", str(tmp_path / "auth.der"))
    assert run("openssl", "x509", "-in", str(tmp_path / "auth.pem"), *convert).returncode == 0
    assert (tmp_path / "auth.der").read_bytes() == desk.card.certificate("auth")


KINDS = {
    "mynumber_child": "jpki",
    "mynumber_pinless": "jpki",
    "jukicard": "jpki",
    "drivers_license": "Unsupported card",
    "suica": "Unsupported card",
    "credit_card": "Unsupported card",
    "blank": "Unsupported card",
    "dead_chip": "Unresponsive card (correctly inserted?)",
}


@pytest.mark.parametrize(("kind", "said"), KINDS.items())
def test_kinds(desk: onshi.Desk, run: Run, kind: str, said: str) -> None:
    desk.lay_down(kind)
    done = run("opensc-tool", "-n")
    assert said in (done.stdout.strip(), done.stderr.strip().rpartition("card: ")[2])
    assert done.returncode == (1 if kind == "dead_chip" else 0)


@pytest.mark.parametrize(
    ("kind", "use", "pin"), [("mynumber_child", "2", "ABC123"), ("mynumber_pinless", "1", "1234")]
)
def test_a_card_whose_pin_looks_locked(
    desk: onshi.Desk, run: Run, kind: str, use: str, pin: str
) -> None:
    """What a client says that knows nothing of such cards."""
    desk.lay_down(kind)
    done = run("pkcs15-tool", "--list-pins")
    assert done.returncode == 0
    assert "Tries left     : 0" in done.stdout
    locked = run("pkcs15-tool", "--verify-pin", "-a", use, "--pin", pin)
    assert locked.returncode != 0
    assert "Reference data not usable" in locked.stdout + locked.stderr
