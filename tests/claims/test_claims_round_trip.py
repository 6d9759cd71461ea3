"""What is written is read as it was, and whatever is read or not, nothing but one error comes."""

from __future__ import annotations

import contextlib
import random
import subprocess
import time
from datetime import date

import pytest
from claim_people import PAYDAY, coverage
from claim_samples import DENTAL, SAMPLES, as_bytes, with_item
from hypothesis import given, settings
from hypothesis import strategies as st

from onshi.claims import lines
from onshi.claims.check import check
from onshi.claims.clearing import settle
from onshi.claims.kinds import describe
from onshi.claims.layout import Department, layout_of
from onshi.claims.read import BadClaimError, read_uke
from onshi.claims.records import Settled, Uke
from onshi.claims.returns import read_returns, write_returns
from onshi.claims.write import fields, write_file

WIDE = "検証太郎ケンショウ　ー０１２ＡＢ一二三～－"
NARROW = "ABCabc0123-/:;+ｶﾅ"
DEPARTMENTS: tuple[Department, ...] = ("医科", "歯科")
days = st.dates(date(1900, 1, 1), date(2025, 12, 31))
numbers = st.integers(0, 99_999_999)


def texts(mode: str, size: int) -> st.SearchStrategy[str]:
    """What an item of a mode may hold, without the spaces that a reader takes away."""
    most = min(size or 40, 40)
    wide = st.text(WIDE, max_size=most // 2)
    narrow = st.text(NARROW, max_size=most)
    digits = st.text("0123456789", max_size=most)
    return {"9": digits, "X": st.text(NARROW[:-2], max_size=most), "K": wide}.get(
        mode, wide | narrow
    )


@st.composite
def items(draw: st.DrawFn, department: Department, record: str, **fixed: str) -> tuple[str, ...]:
    """The fields of a record: some items drawn, ``fixed`` ones as they are."""
    found = {}
    for item in layout_of(department).items(record):
        if item.mode and item.name not in fixed and draw(st.booleans()):
            found[item.name] = draw(texts(item.mode, item.size))
    return fields(department, record, {**found, **fixed})


@st.composite
def receipts(draw: st.DrawFn, department: Department) -> list[tuple[str, ...]]:
    month, birth = draw(days), draw(days)
    points = str(draw(numbers))
    made = []
    if department == "歯科":
        made.append(draw(items(department, "IR")))
    dates = {"診療年月": f"{month.year:04d}{month:%m}", "生年月日": f"{birth.year:04d}{birth:%m%d}"}
    made.append(draw(items(department, "RE", **dates)))
    if draw(st.booleans()):
        made.append(draw(items(department, "HO", 合計点数=points, 負担金額="")))
    for _ in range(draw(st.integers(0, 2))):
        made.append(draw(items(department, "KO", 合計点数="", 負担金額=points)))
    for record in ("SN", "JD", "CO", "SI", "CO"):
        if draw(st.booleans()):
            made.append(draw(items(department, record)))
    return made


@st.composite
def files(draw: st.DrawFn) -> tuple[Department, list[tuple[str, ...]]]:
    department = draw(st.sampled_from(DEPARTMENTS))
    head, table = ("IR", "1") if department == "医科" else ("UK", "3")  # 4, 調剤, is not read
    made = [draw(items(department, head, 請求年月="202506", 点数表=table))]
    for _ in range(draw(st.integers(0, 3))):
        made += draw(receipts(department))
    go = fields(department, "GO", {"総件数": str(draw(numbers))})
    return department, [*made, go]


@given(files())
@settings(max_examples=20, deadline=None)
def test_write_then_read_is_the_identity(file: tuple[Department, list[tuple[str, ...]]]) -> None:
    same(file)


@pytest.mark.soak
@given(files())
@settings(max_examples=300, deadline=None)
def test_write_then_read_many_files(file: tuple[Department, list[tuple[str, ...]]]) -> None:
    same(file)


def same(file: tuple[Department, list[tuple[str, ...]]]) -> None:
    department, records = file
    data = write_file(records)
    uke = read_uke(data)
    assert [r.fields for r in uke.records] == records
    assert [r.number for r in uke.records] == list(range(1, len(records) + 1))
    assert write_file(uke.records) == data
    assert read_uke(write_file(uke.records)) == uke
    layout = layout_of(department)
    heads = [r for r in records if r[0] == "RE"]
    assert len(uke.receipts) == len(heads)
    for receipt, line in zip(uke.receipts, heads, strict=True):
        assert receipt.name == line[layout.index("RE", "氏名")].strip(" ")
        assert f"{receipt.month.year:04d}{receipt.month:%m}" == line[3]
        assert "".join(receipt.marks) == line[layout.index("RE", "レセプト特記事項")]
        own = [r for r in receipt.records if r.id == "CO"]
        assert [c.line for c in receipt.comments] == [r.number for r in own]


def read_or_none(data: bytes) -> Uke | None:
    try:
        return read_uke(data)
    except BadClaimError as e:
        message, problems = str(e), e.problems
    assert problems
    assert all(c.isprintable() or c in "\n　" for c in message), message
    return None


def looked_at(data: bytes) -> bool:
    """Read, describe, check, settle and return a file; False when it cannot be read."""
    uke = read_or_none(data)
    if uke is None:
        return False
    for remark in check(uke, data):
        assert str(remark)
    for receipt in uke.receipts:
        assert describe(receipt).points
    truth = coverage()
    settled = settle(uke, (truth,), truth, PAYDAY)
    assert len(settled) == len(uke.receipts)
    if back := write_returns(uke, settled, PAYDAY):
        returned = sum(s.outcome == "returned" for s in settled)
        assert len(read_returns(back).returned) == returned
    return True


def test_a_file_with_one_byte_dropped_or_changed_is_read_or_told_about() -> None:
    rng = random.Random(5)
    read = told = 0
    for data in [*(as_bytes(s) for s in SAMPLES.values()), as_bytes(DENTAL)]:
        for at in rng.sample(range(len(data)), 25):
            bytes_ = b'\x00\x1a\r\n,"\x80\x81\xa0\xfd\xff7A' + bytes([rng.randrange(256)])
            for new in (b"", *(bytes([b]) for b in rng.sample(bytes_, 3))):
                fine = looked_at(data[:at] + new + data[at + 1 :])
                read, told = read + fine, told + (not fine)
    assert read > 100
    assert told > 100


def test_a_return_file_with_one_byte_changed_is_read_or_told_about() -> None:
    rng = random.Random(6)
    uke = read_uke(as_bytes(SAMPLES["normal"]))
    settled = [Settled(r, "returned", "該当者なし", "検証") for r in uke.receipts]
    data = write_returns(uke, settled, PAYDAY)
    read = 0
    for at in rng.sample(range(len(data)), 100):
        mutated = data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]
        with contextlib.suppress(BadClaimError):
            read_returns(mutated)
            read += 1
    assert 10 < read < 100


@pytest.mark.soak
def test_ten_times_the_receipts_take_about_ten_times_as_long() -> None:
    def seconds(count: int) -> float:
        head, re, *rest, _ = SAMPLES["normal"]
        made = [head]
        for i in range(1, count + 1):
            made += [with_item(re, 1, str(i)), *rest]
        data = as_bytes([*made, f"GO,{count},{291 * count},99"])
        truth = coverage(number="3")
        began = time.process_time()
        uke = read_uke(data)
        back = write_returns(uke, settle(uke, (truth,), truth, PAYDAY), PAYDAY)
        assert len(read_returns(back).returned) == count
        return time.process_time() - began

    assert seconds(5_000) < 20 * seconds(500) + 1


def test_a_file_that_is_too_large_is_not_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "_LARGEST", 100)
    with pytest.raises(BadClaimError, match="100 バイトまで"):
        read_uke(as_bytes(SAMPLES["normal"]))


def test_a_file_that_is_cut_anywhere_is_told_about() -> None:
    data = as_bytes(SAMPLES["unknown"])
    last = data.index(b"GO,")
    for end in range(0, last + 2, 7):
        assert not looked_at(data[:end])
    assert looked_at(data[:-3])


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_bytes_that_are_no_claim(data: bytes) -> None:
    assert not looked_at(data)
    assert not looked_at(b"IR,1,13\r\n" + data)


def test_glibc_reads_the_bytes_as_we_wrote_them() -> None:
    """Of the file's characters an independent program says the same; of its records none can be
    installed from a registry."""
    for name, sample in SAMPLES.items():
        done = subprocess.run(
            ["iconv", "-f", "CP932", "-t", "UTF-8"],
            input=write_file(read_uke(as_bytes(sample)).records),
            capture_output=True,
            check=True,
            timeout=20,
        )
        assert done.stdout.decode() == "".join(f"{x}\r\n" for x in sample) + "\x1a", name
