"""レセプト電算 files as text, and their records by the names of items."""

from __future__ import annotations

from collections.abc import Sequence

from onshi.claims.write import fields

IR = "IR,1,13,1,9999999,,検証用クリニック,202506,00,03-0000-0000"
RE = "RE,1,1112,202505,検証　太郎,1,19800401,,,,,,,T0001,,,,,,,,,,,,,,,,,,,,,,,ケンショウタロウ,"
HO = "HO,06139992,１２３,４５６７,1,291,,,,,,,,,"
SN = "SN,1,01,,,,01,,"
JD = "JD,1,,,,,,,,,,1,,,,,,,,,,,,,,,,,,,,,"
MF = "MF,00,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,"
SY = "SY,0000999,20250510,1,,検証用傷病名,01,"
SI = "SI,11,1,111000110,,291,1,,,,,,,,,,,,,,,,1,,,,,,,,,,,,,,,,,,,,,"
GO = "GO,1,291,99"

DECLARED = (
    "CO,01,1,820000246,",
    "CO,01,1,830000501,ケンショウ　タロウ",
    "CO,01,1,830000502,被用者保険",
    "CO,01,1,830000503,検証健康保険組合",
    "CO,01,1,830000504,検証株式会社",
    "CO,01,1,830000505,東京都検証区検証一丁目１番１号",
    "CO,01,1,830000506,大阪府検証市検証町２－２",
    "CO,01,1,830000507,０３－００００－０００１",
    "CO,01,1,830000508,令和７年５月２０日",
)
DECLARED_LATE = (
    "CO,01,1,820000246,",
    "CO,01,1,830000501,ケンショウ　ウメ",
    "CO,01,1,830000502,後期高齢者医療",
    "CO,01,1,830000503,検証後期高齢者医療広域連合",
    "CO,01,1,830000505,東京都検証区検証二丁目２番２号",
    "CO,01,1,830000507,０３－００００－０００２",
    "CO,01,1,830000508,令和７年５月２１日",
)

NORMAL = (IR, RE, HO, SN, JD, MF, SY, SI, GO)
OLD = (IR, RE, "HO,06139984,123,4567,1,291,,,,,,,,,", SN, JD, MF, SY, "CO,01,1,820000245,", SI, GO)
UNKNOWN = (IR, RE, "HO,77777777,,777777777,1,291,,,,,,,,,", JD, MF, SY, *DECLARED, SI, GO)
LATE_RE = "RE,1,1318,202505,検証　梅,2,19400401,,,,,42,,T0002,,,,,,,,,,,,,,,,,,,,,,,ケンショウウメ,"
UNKNOWN_LATE = (
    "IR,2,13,1,9999999,,検証用クリニック,202506,00,03-0000-0000",
    LATE_RE,
    "HO,77777777,,77777777,1,291,,,,,,,,,",
    JD,
    MF,
    SY,
    *DECLARED_LATE,
    SI,
    GO,
)
NATIONAL = (
    "IR,2,13,1,9999999,,検証用クリニック,202506,00,03-0000-0000",
    RE,
    "HO,  139998,検証,12345,1,291,,,,,,,,,",
    SN,
    JD,
    MF,
    SY,
    SI,
    GO,
)
SAMPLES = {
    "normal": NORMAL,
    "old": OLD,
    "unknown": UNKNOWN,
    "unknown_late": UNKNOWN_LATE,
    "national": NATIONAL,
}

DENTAL = (
    "UK,1,13,3,9999995,,検証用歯科,202506,,00",
    "IR,1,13,3,9999995,,202506,03-0000-0000,",
    "RE,1,3112,202505,検証　太郎,1,19800401,,,20250510,1,,,26,,D0001,,,,,,,,,,ケンショウタロウ,",
    "HO,06139992,１２３,４５６７,1,272,,,,,,,,",
    "SN,1,01,,,,01,,",
    JD,
    MF,
    "HS,20250510,,,0000999,,,,,検証用傷病名,,,,,,,",
    "SS,11,1,301000110,,,,272,1",
    "CO,99,1,810000001,検証用の摘要,",
    GO.replace("291", "272"),
)
"""HS and SS stand here without their real layouts, which are not public in full."""


def as_bytes(lines: Sequence[str]) -> bytes:
    """The lines as a file."""
    return "".join(f"{line}\r\n" for line in lines).encode("cp932") + b"\x1a"


def changed(lines: Sequence[str], **new: str | Sequence[str] | None) -> tuple[str, ...]:
    """The lines with those of some records replaced: ``changed(NORMAL, HO="HO,…", SN=None)``."""
    made: list[str] = []
    for line in lines:
        instead = new.get(line[:2], line)
        if instead is None:
            continue
        made += [instead] if isinstance(instead, str) else list(instead)
    return tuple(made)


def with_item(line: str, index: int, text: str) -> str:
    """A line with the item at ``index`` replaced."""
    items = line.split(",")
    items += [""] * (index + 1 - len(items))
    items[index] = text
    return ",".join(items)


def built(name: str) -> list[tuple[str, ...]]:
    """The records of a sample by the names of their items, not by their positions."""
    late = name == "unknown_late"
    national = name in ("unknown_late", "national")
    head = {
        "審査支払機関": "2" if national else "1",
        "都道府県": "13",
        "点数表": "1",
        "医療機関コード": "9999999",
        "医療機関名称": "検証用クリニック",
        "請求年月": "202506",
        "マルチボリューム識別情報": "00",
        "電話番号": "03-0000-0000",
    }
    person = {
        "レセプト番号": "1",
        "レセプト種別": "1318" if late else "1112",
        "診療年月": "202505",
        "氏名": "検証　梅" if late else "検証　太郎",
        "男女区分": "2" if late else "1",
        "生年月日": "19400401" if late else "19800401",
        "レセプト特記事項": "42" if late else "",
        "カルテ番号等": "T0002" if late else "T0001",
        "カタカナ氏名": "ケンショウウメ" if late else "ケンショウタロウ",
    }
    numbers = {
        "normal": ("06139992", "１２３", "４５６７"),
        "old": ("06139984", "123", "4567"),
        "unknown": ("77777777", "", "777777777"),
        "unknown_late": ("77777777", "", "77777777"),
        "national": ("  139998", "検証", "12345"),
    }[name]
    made = [_of("IR", head), _of("RE", person), _of("HO", _insured(*numbers))]
    if not name.startswith("unknown"):
        made.append(_of("SN", {"負担者種別": "1", "確認区分": "01", "枝番": "01"}))
    made += [
        _of("JD", {"負担者種別": "1", "日10": "1"}),
        _of("MF", {"窓口負担額区分": "00"}),
        _of("SY", _DISEASE),
        *_comments(name),
        _of("SI", _SERVICE),
        _of("GO", {"総件数": "1", "総合計点数": "291", "マルチボリューム識別情報": "99"}),
    ]
    return made


_DISEASE = {
    "傷病名コード": "0000999",
    "診療開始日": "20250510",
    "転帰区分": "1",
    "傷病名称": "検証用傷病名",
    "主傷病": "01",
}
_SERVICE = {
    "診療識別": "11",
    "負担区分": "1",
    "診療行為コード": "111000110",
    "点数": "291",
    "回数": "1",
    "算定日10": "1",
}


def _insured(insurer: str, symbol: str, number: str) -> dict[str, str]:
    return {
        "保険者番号": insurer,
        "被保険者証等の記号": symbol,
        "被保険者証等の番号": number,
        "診療実日数": "1",
        "合計点数": "291",
    }


def _comments(name: str) -> list[tuple[str, ...]]:
    lines = {"old": OLD[7:8], "unknown": DECLARED, "unknown_late": DECLARED_LATE}.get(name, ())
    return [
        _of("CO", {"診療識別": "01", "負担区分": "1", "コメントコード": code, "文字データ": text})
        for code, text in (line.split(",")[3:5] for line in lines)
    ]


def _of(record: str, items: dict[str, str]) -> tuple[str, ...]:
    return fields("医科", record, items)
