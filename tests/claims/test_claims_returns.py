"""RECEIPTC.HEN: what comes back, byte for byte, read again, and claimed again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from claim_people import NEW, PAYDAY, changed_insurer, claim, coverage, late
from claim_samples import DENTAL, GO, IR, NORMAL, as_bytes, with_item

from onshi.claims.check import check
from onshi.claims.clearing import settle
from onshi.claims.read import BadClaimError, read_uke
from onshi.claims.records import Settled
from onshi.claims.remarks import Remark
from onshi.claims.returns import ReturnFile, check_reclaim, read_returns, write_returns
from onshi.claims.write import write_file

ON = date(2025, 7, 5)
NUMBER = "1139999999202506000001"


def returned(lines: tuple[str, ...] = NORMAL, reason: str = "保険者の相違") -> bytes:
    uke = read_uke(as_bytes(lines))
    settled = [Settled(r, "returned", reason, '3行目, 「A"B」') for r in uke.receipts]
    return write_returns(uke, settled, ON)


def test_the_file_byte_for_byte() -> None:
    re = with_item(NORMAL[1], 18, NUMBER)
    own = [re, *NORMAL[2:-1]]
    expected = [
        "HI,1,202507,13,1,9999999,,00",
        *own,
        f"HR,202507,4,,L0000,保険者の相違,３行目，　「Ａ”Ｂ」,,,{NUMBER}",
        *(f"8,{i},0,{line}" for i, line in enumerate(own, start=1)),
        "HG,1,291,99",
    ]
    assert returned() == as_bytes(expected)


@pytest.mark.parametrize(
    ("reason", "kind"), [("記載事項の不備", "1"), ("保険者の相違", "4"), ("該当者なし", "4")]
)
def test_it_is_read_again(reason: str, kind: str) -> None:
    file = read_returns(returned(reason=reason))
    assert (file.payer, file.institution, file.month) == ("1", "9999999", date(2025, 7, 1))
    (one,) = file.returned
    (why,) = one.reasons
    assert (why.kind, why.code, why.text) == (kind, "L0000", reason)
    assert why.more == "３行目，　「Ａ”Ｂ」"
    before = read_uke(as_bytes(NORMAL)).receipts[0]
    assert one.receipt.search_no == NUMBER
    assert replace(one.receipt, search_no="", records=before.records) == before
    assert [r.fields[3] for r in one.history] == ["RE", "HO", "SN", "JD", "MF", "SY", "SI"]


def test_only_what_was_returned_is_in_it() -> None:
    uke = read_uke(as_bytes(NORMAL))
    assert write_returns(uke, [Settled(uke.receipts[0], "accepted")], ON) == b""
    assert write_returns(uke, [], ON) == b""
    old, new = changed_insurer(new_known=date(2026, 5, 1))
    first, second = claim(old).receipts[0], claim(new).receipts[0]
    both = replace(claim(old), receipts=(first, second), total_count=2, total_points=582)
    settled = settle(both, (old, new), new, PAYDAY)
    assert [s.outcome for s in settled] == ["returned", "accepted"]
    (one,) = read_returns(write_returns(both, settled, PAYDAY)).returned
    assert one.receipt.insurer_number == "06139992"
    assert one.reasons[0].text == "保険者の相違"
    assert "まだ登録されていない" in one.reasons[0].more


def test_dental_files_come_back_with_dental_positions() -> None:
    file = read_returns(returned(DENTAL))
    (one,) = file.returned
    assert (one.receipt.chart_no, one.receipt.marks) == ("D0001", ("26",))
    assert one.receipt.search_no == "1139999995202506000001"


def test_ir_in_the_place_of_hi_is_read() -> None:
    lines = returned().decode("cp932").replace("HI,1,202507,13,1,9999999,,00", IR)
    file = read_returns(lines.encode("cp932"))
    assert (file.payer, file.month, len(file.returned)) == ("1", date(2025, 6, 1), 1)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "中身がありません"),
        (as_bytes(NORMAL[1:]), "最初のレコードは HI です"),
        (returned().replace(b"HG,1,291,99\r\n", b""), "最後のレコードが HG ではありません"),
        (returned().replace(b"202505", b"209999"), "診療年月"),
    ],
)
def test_broken_files(data: bytes, words: str) -> None:
    with pytest.raises(BadClaimError, match=words):
        read_returns(data)


def reclaim(
    file: ReturnFile, *, number: str = NUMBER, history: bool = True, hr: bool = False
) -> tuple[Remark, ...]:
    (one,) = file.returned
    lines = [r.fields for r in one.receipt.records]
    lines[0] = tuple(with_item(",".join(lines[0]), 18, number).split(","))
    if hr:
        lines.append(("HR", "202507", "4"))
    if history:
        lines += [r.fields for r in one.history]
    uke = read_uke(write_file([IR.split(","), *lines, GO.split(",")]))
    return check_reclaim(one, uke.receipts[0], uke)


def test_a_reclaim_keeps_number_and_history() -> None:
    file = read_returns(returned())
    assert reclaim(file) == ()
    assert [r.code for r in reclaim(file, number="")] == ["search_number"]
    assert [r.code for r in reclaim(file, history=False)] == ["history"]
    assert [r.code for r in reclaim(file, hr=True)] == ["return_record"]
    assert all(r.level == "inferred" for r in reclaim(file, number="", hr=True, history=False))


def test_a_good_reclaim_is_a_good_file_and_is_returned_with_its_history() -> None:
    (one,) = read_returns(returned()).returned
    lines = [*(r.fields for r in one.receipt.records), *(r.fields for r in one.history)]
    data = write_file([IR.split(","), *lines, GO.split(",")])
    uke = read_uke(data)
    assert check(uke, data) == ()
    again = write_returns(uke, [Settled(uke.receipts[0], "returned", "該当者なし", "x")], ON)
    (twice,) = read_returns(again).returned
    assert twice.receipt.search_no == NUMBER
    assert twice.history[: len(one.history)] == tuple(
        replace(r, number=t.number) for r, t in zip(one.history, twice.history, strict=False)
    )
    assert {r.fields[2] for r in twice.history} == {"0", "1"}
    assert len(twice.history) == 2 * len(one.history)


def test_what_the_clearing_says_can_be_written_in_full_width() -> None:
    """Details go into 補足事項, which is 漢字: no half-width letter, nothing outside JIS X 0208."""
    old, new = changed_insurer(new_known=date(2026, 5, 1))
    truth = coverage()
    elder = late(30)
    cases = [
        (claim(old), new, (old, new)),
        (claim(truth, kind="1122"), truth, (truth,)),
        (claim(truth, numbers=("06139992", "１", "2")), truth, (truth,)),
        (claim(elder, kind="1318"), elder, (elder,)),
        (claim(truth, numbers=("77777777", "", "777777777")), truth, (truth,)),
    ]
    for uke, true, known in cases:
        data = write_returns(uke, settle(uke, known, true, PAYDAY), PAYDAY)
        (one,) = read_returns(data).returned
        more = one.reasons[0].more
        assert more
        assert not any(c.isascii() for c in more)
        assert "？" not in more


def test_numbers_after_a_transfer_are_not_in_any_file() -> None:
    old, new = changed_insurer()
    uke = claim(old)
    (settled,) = settle(uke, (old, new), new, PAYDAY)
    assert settled.insurer_number == NEW["insurer_number"]
    assert write_returns(uke, [settled], PAYDAY) == b""
