"""The trace: what OpenSC, pyscard and the card say, in words, as it happens; never a PIN."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import onshi
from onshi.card.recording import Recording
from onshi.cli import main
from onshi.trace import Trace

ONSHI = [sys.executable, "-m", "onshi.cli", "exec"]
JPKI = "00A4040C0AD392F000260100000001"
READER = '"SONY FeliCa RC-S300/P (1000000) 00 00"'
PIN = "VERIFY 利用者証明用PIN [jpki/0018]"


def run(*args: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*ONSHI, *args], capture_output=True, text=True, timeout=60, cwd=cwd, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def lines_of(text: str) -> list[str]:
    """The trace's lines without their times."""
    found = re.findall(r"^onshi +\d+\.\d{3} (.*)$", text, re.M)
    return [re.sub(r" +", " ", line.strip()) for line in found]


class Traced:
    """A desk with a trace, and programs of their own at it."""

    def __init__(self, **settings: Any) -> None:
        self.raw: list[str] = []
        with_bytes = settings.pop("with_bytes", False)
        trace = Trace(self.raw.append, with_bytes=with_bytes)
        self.desk = onshi.Desk(
            date="2025-10-20", time="real", trace=trace, in_process=False, **settings
        )

    @property
    def lines(self) -> list[str]:
        return lines_of("\n".join(self.raw))

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            env={**os.environ, **self.desk.env()},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )


@pytest.fixture
def traced(request: pytest.FixtureRequest) -> Iterator[Traced]:
    made = Traced(**getattr(request, "param", {}))
    with made.desk:
        yield made


# ------------------------------------------------------------------- the command
@pytest.fixture(scope="module")
def verified() -> subprocess.CompletedProcess[str]:
    """`onshi exec --trace` around OpenSC with the right PIN and with a wrong one."""
    tool = "pkcs15-tool --verify-pin -a 1 --pin"
    return run("--trace", "--", "sh", "-c", f"{tool} 1234; {tool} 9876; true")


def test_an_exchange_is_a_line_in_words(verified: subprocess.CompletedProcess[str]) -> None:
    lines = lines_of(verified.stderr)
    said = [
        "#1 SELECT AP 知らないAP [627601FF000000] → 6A82 ファイルまたはAPがない",
        "#1 SELECT AP 公的個人認証AP [jpki] → 9000 成功",
        "#1 SELECT EF 署名用PIN [jpki/001B] → 9000 成功",
        f"#1 {PIN} (****、4 バイト) → 9000 成功",
        f"#2 {PIN} 残り回数の照会 → 63C3 残り3回",
        f"#2 {PIN} (****、4 バイト) → 63C2 暗証番号違い、残り2回",
    ]
    assert set(said) <= set(lines)
    at = [lines.index(line) for line in said]
    assert at == sorted(at), "in the order in which they happened"


def test_calls_and_cards_are_told_too(verified: subprocess.CompletedProcess[str]) -> None:
    lines = lines_of(verified.stderr)
    for line in (
        f"リーダー {READER} (reader)",
        "カードが置かれた (inserted) 3B888001000005E0B381A1007F",
        f"#1 Connect {READER} shared T=0|T=1 → 成功 T=1",
        "#1 BeginTransaction → 成功",
        "#1 EndTransaction leave → 成功",
    ):
        assert line in lines


def test_no_pin_anywhere(verified: subprocess.CompletedProcess[str]) -> None:
    assert not re.search(r"1234|9876|31 ?32 ?33 ?34|39 ?38 ?37 ?36", verified.stderr)


def test_the_journal_is_the_same_with_it() -> None:
    journals = []
    for trace in (None, Trace(lambda _: None, with_bytes=True, tape=Recording())):
        with onshi.Desk(date="2025-10-20", time="real", in_process=False, trace=trace) as desk:
            desk.inject("card.slow", seconds=0.01)
            verify = ["pkcs15-tool", "--verify-pin", "-a", "1", "--pin", "1234"]
            env = {**os.environ, **desk.env()}
            subprocess.run(verify, env=env, check=True, capture_output=True, timeout=30)
            journals.append(desk.journal.canonical())
    assert journals[0] == journals[1]
    assert b'"pin":"auth","ok":true' in journals[0]
    assert b'"event":"fault"' in journals[0]


def test_into_a_file_while_it_happens(tmp_path: Path) -> None:
    """The program finds its own line before it ends."""
    script = f"opensc-tool -s {JPKI} >/dev/null && grep '\\[jpki\\] → 9000' t.txt"
    done = run("--trace-file", "t.txt", "--", "sh", "-c", script, cwd=tmp_path)
    assert lines_of(done.stderr) == []
    assert "#1 SELECT AP 公的個人認証AP [jpki] → 9000 成功" in lines_of(done.stdout)


def test_a_full_disk_ends_the_trace_and_not_the_program() -> None:
    done = run("--trace-file", "/dev/full", "--", "opensc-tool", "-n")
    assert "jpki" in done.stdout
    assert lines_of(done.stderr) == []
    assert "the trace ends early: /dev/full: No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--trace-file", "."], "choose another place"),
        (["--trace-file", "nowhere/t.txt"], "nowhere/t.txt: No such file"),
        (["--record", "nowhere/x.card"], "nowhere/x.card: No such file"),
        (["--record", "."], "is a folder"),
        (["--card", "nothing.card"], "nothing.card: cannot be read: No such file"),
        (["--trace-file", "t.txt", "--record", "nowhere/x.card"], "nowhere/x.card"),
        (["--record", "x.card", "--date", "someday"], "2025-10-20"),
        (["--record", "x.card", "--fault", "card.pul"], "card.pull"),
        (["--record", "x.card", "--vpcd", "host:port"], "host:port"),
    ],
)
def test_mistakes_are_one_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(["exec", *options, "--", "true"])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert words in said
    assert len(said.strip().splitlines()) == 1
    assert [p.name for p in tmp_path.iterdir() if p.name != "t.txt"] == []


# --------------------------------------------------------------------- the lines
@pytest.mark.parametrize("traced", [{"with_bytes": True}], indirect=True)
def test_bytes_when_they_are_asked_for(traced: Traced) -> None:
    traced.run("pkcs15-tool", "--verify-pin", "-a", "1", "--pin", "1234")
    at = traced.lines.index(f"#1 {PIN} (****、4 バイト) → 9000 成功")
    assert traced.lines[at + 1 : at + 3] == ["#1 ＞ 0020008004********", "#1 ＜ 9000"]
    assert "31323334" not in "".join(traced.raw)


@pytest.mark.parametrize(
    "traced", [{"with_bytes": True, "reader_name": "リーダー" * 10}], indirect=True
)
def test_lines_are_never_too_wide(traced: Traced) -> None:
    apdus = [JPKI, "00A4020C02000A", "00B0000000", "00A4020C3C" + "00" * 60]
    traced.run("opensc-tool", *(part for apdu in apdus for part in ("-s", apdu)))
    traced.desk.inject("reader.return_code", {"match": "Connect"}, code="UNRESPONSIVE_CARD")
    traced.run("opensc-tool", "-n")
    wide = [
        sum(1 + (unicodedata.east_asian_width(c) in "WFA") for c in line) for line in traced.raw
    ]
    assert 140 < max(wide) <= 160
    assert traced.raw[wide.index(max(wide))].endswith("…")
    assert sum("＜" in line for line in traced.raw) > 9, "256 bytes in rows of 32"


def test_a_fault_is_marked_where_it_strikes(traced: Traced) -> None:
    traced.desk.inject("card.status_word", {"match": "00A4020C02000A"}, sw="6A82")
    traced.run("pkcs15-tool", "--read-certificate", "1")
    lines = traced.lines
    at = next(i for i, line in enumerate(lines) if line.startswith("!! 故障 card.status_word"))
    assert "(SELECT、1回目)" in lines[at]
    assert lines[at + 1] == (
        "#1 SELECT EF 利用者証明用電子証明書 [jpki/000A] → 6A82 ファイルまたはAPがない"
    )


def test_a_pulled_card_in_words(traced: Traced) -> None:
    traced.desk.apply("card.pulled_mid_session")
    traced.run("pkcs15-tool", "--read-certificate", "1")
    lines = traced.lines
    assert "次の患者 (next patient)" in lines
    at = next(i for i, line in enumerate(lines) if line.startswith("!! 故障 card.pull"))
    rest = lines[at:]
    assert any(line.endswith("応答なし、カードが抜かれた (removed)") for line in rest)
    assert "カードが取られた (removed)" in rest
    code = "SCARD_W_REMOVED_CARD 80100069 カードが抜かれた"
    assert f"#1 Transmit 00A4020C02000A → {code}" in rest
    traced.desk.insert_card()
    assert traced.lines[-1].startswith("カードが置かれた (inserted) 3B")


def test_codes_by_name_and_readers_that_go(traced: Traced) -> None:
    traced.desk.inject("reader.return_code", {"match": "Connect"}, code="NO_SMARTCARD")
    traced.run("opensc-tool", "-n")
    code = "SCARD_E_NO_SMARTCARD 8010000C カードがない"
    assert f"#1 Connect {READER} shared T=0|T=1 → {code}" in traced.lines
    traced.desk.reader.unplug()
    assert traced.lines[-1] == f"リーダー {READER} がなくなった (reader gone)"


TWO_TRANSACTIONS = """
import threading
import smartcard.scard as s
handles = []
for _ in range(2):
    _, context = s.SCardEstablishContext(0)
    _, names = s.SCardListReaders(context, [])
    _, handle, _ = s.SCardConnect(context, names[0], s.SCARD_SHARE_SHARED, 3)
    handles.append(handle)
s.SCardBeginTransaction(handles[0])
threading.Timer(0.5, s.SCardEndTransaction, (handles[0], s.SCARD_LEAVE_CARD)).start()
s.SCardBeginTransaction(handles[1])
s.SCardEndTransaction(handles[1], s.SCARD_LEAVE_CARD)
s.SCardReconnect(handles[1], s.SCARD_SHARE_SHARED, 3, s.SCARD_RESET_CARD)
s.SCardTransmit(handles[0], s.SCARD_PCI_T1, [0, 0x20, 0, 0x80, 2, 0x31, 0x32])
"""


def test_what_is_asked_again_and_again_is_counted(traced: Traced) -> None:
    """libpcsclite asks for a transaction until it gets one; then the card is reset."""
    traced.run(sys.executable, "-c", TWO_TRANSACTIONS)
    waited = [x for x in traced.lines if "BeginTransaction → SCARD_E_SHARING_VIOLATION" in x]
    assert len(waited) == 1
    assert any(re.fullmatch(r"同じことがあと \d+ 回", line) for line in traced.lines)
    at = traced.lines.index("#2 リセット (reset) → 3B888001000005E0B381A1007F")
    assert traced.lines[at + 1] == "#2 Reconnect shared T=0|T=1 reset → 成功 T=1"
    code = "SCARD_W_RESET_CARD 80100068 カードがリセットされた"
    assert f"#1 Transmit 0020008002**** → {code}" in traced.lines[at:], "and the PIN is masked"


def test_the_door_pyscard_is_told_as_well() -> None:
    from smartcard.System import readers

    told: list[str] = []
    with onshi.Desk(date="2025-10-20", doors=("pyscard",), trace=Trace(told.append)) as desk:
        connection = readers()[0].createConnection()
        connection.connect()
        connection.transmit(list(bytes.fromhex(JPKI)))
        desk.remove_card()
        with pytest.raises(Exception, match="removed"):
            connection.transmit([0x00, 0x20, 0x00, 0x80])
    lines = [re.sub(r"^#\d+ ", "", line) for line in lines_of("\n".join(told))]
    assert f"Connect {READER} shared T=0|T=1 → 成功 T=1" in lines
    assert "SELECT AP 公的個人認証AP [jpki] → 9000 成功" in lines
    assert "Transmit 00200080 → SCARD_W_REMOVED_CARD 80100069 カードが抜かれた" in lines


def test_a_program_that_speaks_something_else_is_told_of() -> None:
    other = 'curl -sS -m 10 --unix-socket "$PCSCLITE_CSOCK_NAME" http://desk/; test $? != 0'
    done = run("--trace", "--", "sh", "-c", f"{other} && opensc-tool -n")
    assert "jpki" in done.stdout.lower()
    assert any("規約にない通信、接続を切った" in line for line in lines_of(done.stderr))
