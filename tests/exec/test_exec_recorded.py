"""`onshi exec --record` and `--card`: OpenSC gets the same answers from the record."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import onshi
from onshi.card.recording import Recording
from onshi.cli import main
from onshi.errors import CannotDeliverError, OnshiError
from onshi.recordings import RecordingFile, read_card
from onshi.trace import Trace

ONSHI = [sys.executable, "-m", "onshi.cli", "exec"]
PROGRAM = """
    opensc-tool -a
    opensc-tool -n
    pkcs15-tool -D
    pkcs15-tool --verify-pin -a 1 --pin 9999
    pkcs15-tool --list-pins
    pkcs15-tool --verify-pin -a 1 --pin 1234
    pkcs15-tool --read-certificate 1 -o auth.pem
    pkcs15-tool --read-certificate 2 --verify-pin -a 2 --pin ABC123
    openssl x509 -in auth.pem -pubkey -noout > auth.pub
    pkcs15-crypt -s -k 1 --pkcs1 --sha-256 -i digest -o signature --pin 1234
    openssl dgst -sha256 -verify auth.pub -signature signature data
"""
Done = subprocess.CompletedProcess[str]
AtTheCard = Callable[..., tuple[Done, list[str], onshi.Desk]]


def run(*args: str, cwd: Path) -> Done:
    return subprocess.run(
        [*ONSHI, *args], capture_output=True, text=True, timeout=60, cwd=cwd, check=False
    )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recorded")
    (folder / "data").write_bytes(b"a challenge")
    digest = ["openssl", "dgst", "-sha256", "-binary", "-out", "digest", "data"]
    subprocess.run(digest, cwd=folder, check=True)
    return folder


@pytest.fixture(scope="module")
def first(place: Path) -> Done:
    """The program with the virtual card; ``one.card`` is written."""
    done = run("--seed=5", "--record", "one.card", "--", "sh", "-c", PROGRAM, cwd=place)
    assert done.returncode == 0, done.stderr
    assert "Verified OK" in done.stdout
    assert "PIN code or key incorrect" in done.stderr
    return done


@pytest.fixture
def at_the_card(place: Path, first: Done) -> AtTheCard:
    """Run a program at a desk with the recorded card: what it said, the trace, the desk."""

    def call(*command: str, **faults: str) -> tuple[Done, list[str], onshi.Desk]:
        lines: list[str] = []
        card = read_card(place / "one.card")
        desk = onshi.Desk(
            date="2025-10-20", time="real", in_process=False, card=card, trace=Trace(lines.append)
        )
        with desk:
            for name, match in faults.items():
                desk.inject(name.replace("__", "."), {"match": match})
            done = subprocess.run(
                command,
                env={**os.environ, **desk.env()},
                capture_output=True,
                text=True,
                timeout=30,
                check=False,
            )
        return done, [re.sub(r" +", " ", line) for line in lines], desk

    return call


@pytest.mark.soak
def test_the_same_program_gets_the_same_answers(place: Path, first: Done) -> None:
    """Another seed, another patient: everything the program sees comes from the record."""
    again = run("--seed=6", "--card", "one.card", "--", "sh", "-c", PROGRAM, cwd=place)
    assert again.returncode == 0, again.stderr
    assert again.stdout == first.stdout
    assert again.stderr == first.stderr


def test_no_pin_is_in_the_file(place: Path, first: Done) -> None:
    text = (place / "one.card").read_text(encoding="ascii")
    for pin in ("1234", "9999", "ABC123"):
        assert f"{len(pin):02X}{pin.encode().hex().upper()}" not in text
    verifies = re.findall(r'"c":"002000800[46](\*+)","r":"(....)"', text)
    assert [answer for _, answer in verifies] == ["63C2", "9000", "9000", "9000"]
    assert not list(place.glob("*.part"))


def test_where_it_goes_may_be_standard_output(tmp_path: Path) -> None:
    done = run("--record", "/dev/stdout", "--", "opensc-tool", "-c", "jpki", "-n", cwd=tmp_path)
    assert '{"onshi":"recorded card","version":1}' in done.stdout.splitlines()


def test_a_program_that_asks_less_is_answered_too(at_the_card: AtTheCard) -> None:
    done, lines, desk = at_the_card("pkcs15-tool", "--list-pins")
    assert done.returncode == 0
    assert "Tries left     : 3" in done.stdout
    assert not [line for line in lines if "unrecorded" in line]
    assert list(desk.journal.events(event="unrecorded")) == []


def test_what_was_never_asked_is_not_made_up(at_the_card: AtTheCard) -> None:
    apdus = ("00A4040C0AD392F000260100000001", "00A4020C020006", "0084000008")
    command = ("opensc-tool", *(part for apdu in apdus for part in ("-s", apdu)))
    done, lines, desk = at_the_card(*command)
    assert "SW1=0x90, SW2=0x00" in done.stdout
    assert done.stdout.count("SW1=0x6F, SW2=0xFF") == 2
    assert any("!! 記録にない命令 0084000008 (unrecorded)" in line for line in lines)
    assert any("[jpki/0006] → 6FFF 記録にない (unrecorded)" in line for line in lines)
    assert [e["c"] for e in desk.journal.events(event="unrecorded")] == [
        "00A4020C020006",
        "0084000008",
    ]


def test_it_is_said_that_the_pin_was_not_compared(at_the_card: AtTheCard) -> None:
    """The record knows how the first VERIFY ended, not with which PIN."""
    verify = ("pkcs15-tool", "--verify-pin", "-a", "1", "--pin")
    done, lines, _ = at_the_card(*verify, "1234")
    assert "PIN code or key incorrect" in done.stderr
    at = next(i for i, line in enumerate(lines) if "暗証番号は比べていない (recorded)" in line)
    assert "→ 63C2 暗証番号違い、残り2回" in lines[at + 1]


def test_faults_meet_it_as_any_card(at_the_card: AtTheCard) -> None:
    pulled = at_the_card("pkcs15-tool", "--read-certificate", "1", card__pull="00A4020C02000A")
    assert "Card removed" in pulled[0].stderr


def test_a_pull_is_recorded_and_happens_again(place: Path) -> None:
    kept = Recording()
    read = ("pkcs15-tool", "--read-certificate", "1")
    said = []
    for card in (None, "pulled.card"):
        desk = onshi.Desk(
            date="2025-10-20",
            time="real",
            in_process=False,
            card=read_card(place / card) if card else None,
            trace=None if card else Trace(None, tape=kept),
        )
        with desk:
            if card is None:
                desk.inject("card.pull", {"match": "READ_BINARY", "nth": 3})
            env = {**os.environ, **desk.env()}
            done = subprocess.run(read, env=env, capture_output=True, timeout=30, check=False)
            said.append((done.returncode, done.stdout, done.stderr, desk.reader.has_card()))
        (place / "pulled.card").write_bytes(kept.text())
    assert said[0] == said[1]
    assert said[0][0] == 1
    assert not said[0][3]
    assert b'"end":"removed"' in kept.text()


def test_a_recorded_card_cannot_be_changed(place: Path, first: Done) -> None:
    card = read_card(place / "one.card")
    with onshi.Desk(date="2025-10-20", doors=(), card=card) as desk:
        with pytest.raises(CannotDeliverError, match="recorded"):
            desk.inject("scene.certificate")
        assert desk.injections.faults == []
        assert desk.tray.laid is not None
        desk.next_patient()
        assert desk.tray.laid is None


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (
            ["--card", "one.card", "--trouble", "card.pulled_mid_session"],
            2,
            "a recorded card cannot be theirs",
        ),
        (["--record", "none.card"], 0, "nothing was sent to the card: none.card"),
    ],
)
def test_what_is_said_about_it(
    place: Path,
    first: Done,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    options: list[str],
    code: int,
    words: str,
) -> None:
    monkeypatch.chdir(place)
    with pytest.raises(SystemExit) as ended:
        main(["exec", *options, "--", "true"])
    assert ended.value.code == code
    assert words in capfd.readouterr().err
    assert not list(place.glob("none.card*"))


def test_a_place_that_goes_away_is_one_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "usb"
    folder.mkdir()
    kept = Recording()
    file = RecordingFile(folder / "x.card", kept)
    with onshi.Desk(date="2025-10-20", doors=()) as desk:
        kept.exchanged(desk.card, bytes.fromhex("00A40000"), b"\x6a\x86", "")
    shutil.rmtree(folder)
    with pytest.raises(OnshiError, match=r"cannot be written to .*: No such file"):
        file.finish()
