"""The insurer master: what is read, what is refused and where, who is insured by whom."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from onshi.errors import BadFileError
from onshi.people.generate import make_person
from onshi.people.insurers import read_insurers

ROWS = "06139992,甲健康保険組合\n139998,乙市\n39139993,丙広域連合\n01130012,髙橋支部\n"
READ = {
    "shaho": (("06139992", "甲健康保険組合"), ("01130012", "髙橋支部")),
    "kokuho": (("139998", "乙市"),),
    "kouki": (("39139993", "丙広域連合"),),
}


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp932"])
@pytest.mark.parametrize("heading", ["", "番号,名称\n", "保険者番号,保険者名称\r\n"])
def test_files_as_spreadsheets_write_them(tmp_path: Path, codec: str, heading: str) -> None:
    path = tmp_path / "m.csv"
    path.write_bytes((heading + ROWS + "\n,\n").encode(codec))
    assert read_insurers(path) == READ


def test_columns_are_found_by_their_heading_and_quotes_are_csv(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text(
        '名称,備考,番号,種別\n"甲,健保",x,06139992,社保\n福祉,y,12139994,医療扶助\n乙,,139998,\n',
        encoding="utf-8",
    )
    assert read_insurers(path) == {
        "shaho": (("06139992", "甲,健保"),),
        "seiho": (("12139994", "福祉"),),
        "kokuho": (("139998", "乙"),),
    }


def test_the_kind_follows_from_the_number(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text(
        "07139991,甲\n12139994,乙\n67139998,丙\n00139998,丁\n33120015,戊\n", encoding="utf-8"
    )
    assert read_insurers(path) == {
        "jieitai": (("07139991", "甲"),),
        "seiho": (("12139994", "乙"),),
        "kokuho": (("67139998", "丙"), ("139998", "丁")),
        "shaho": (("33120015", "戊"),),
    }


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("番号,名称\n06139991,甲\n", 2, "the check digit of 06139991 does not fit: 0613999 ends"),
        ("06139992,甲\n13999,乙\n", 2, "a spreadsheet may have dropped a leading 0"),
        ("06139992,甲\n6139992,乙\n", 2, "a spreadsheet may have dropped a leading 0"),
        ("06139992,甲\n0613999X,乙\n", 2, "6 or 8 digits, not '0613999X'"),
        ("06139992,甲\n\n０６１３９９９２,乙\n", 3, "6 or 8 digits"),
        ("06139992,\n", 1, "has no 名称"),
        ("06139992\n", 1, "has no 名称"),
        ("06139992,甲\n06139992,乙\n", 2, "is in line 1 already"),
        ("06139992,甲,国保\n", 1, "has the shape of 社保, not of 国保"),
        ("39139993,甲,医療扶助\n", 1, "has the shape of 後期"),
        ("06139992,甲,組合\n", 1, "種別 is one of 社保, 国保, 後期, 自衛官, 医療扶助, not '組合'"),
        ("番号,名称\n06139992,甲,社保\n", 2, "there is more in this line than 2 columns"),
        ("コード,名称\n06139992,甲\n", 1, "the heading has no column 番号"),
        ("\n\n", None, "there is no insurer in it"),
        ('06139992,"甲\n' + "x" * 200_000, 2, "is not CSV"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_line(
    tmp_path: Path, text: str, line: int | None, words: str
) -> None:
    path = tmp_path / "m.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadFileError) as raised:
        read_insurers(path)
    where = f"{path}:{line}: " if line else f"{path}: "
    assert str(raised.value).startswith(where)
    assert words in str(raised.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(BadFileError, match="no such file"):
        read_insurers(tmp_path / "none.csv")
    with pytest.raises(BadFileError, match="cannot be read"):
        read_insurers(tmp_path)
    path = tmp_path / "m.csv"
    path.write_bytes(b"06139992,\x8d\n\xff\xfe\xfa\n")
    with pytest.raises(BadFileError, match=r"m.csv:\d: is neither UTF-8 nor Shift_JIS"):
        read_insurers(path)


def test_each_patient_draws_by_their_own_seed(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text(ROWS, encoding="utf-8")
    master = read_insurers(path)
    drawn: dict[str, set[str]] = {}
    for seed in range(60):
        _, coverage = make_person(seed, "p0", on=date(2025, 10, 20), insurers=master)
        q = coverage.qualification
        assert (q.insurer_number, q.insurer_name) in master[q.plan]
        drawn.setdefault(q.plan, set()).add(q.insurer_number)
    assert drawn == {"shaho": {"06139992", "01130012"}, "kokuho": {"139998"}}
