"""The three cases of each rule about claims, from the files that a product would hand in."""

from __future__ import annotations

from datetime import date

from case_table import legitimate, naive, reference, shown
from claim_stories import (
    AGAIN,
    DECLARED,
    NEW_NUMBERS,
    NINES,
    OLD_MARK,
    SECOND,
    SEVENS,
    UNKNOWN,
    UNKNOWN_MARK,
    came,
    came_back,
    claimed,
    note,
    qualified,
    receipt,
    stored,
    told,
)
from judge_cases import answer, did, record

from onshi.judge.rules import h11, h13, h14, h15, h18, h19, h20, h21, h22, h25, h27, h28, h54, h61

NEW = ("06888012", "８８", "７７００")
OLD = ("06999014", "１２", "３４５６")
VALID = answer("1", record())
VALID_NEW = answer("1", record(**NEW_NUMBERS))
LOST = answer("2", record())
NOTHING = answer("4")
OUT = did(status="system_unreachable")
KNOWN = did(status="valid")
DECLARATION = {"answered": "document:被保険者資格申立書"}
PAPER = {
    "brings": ("card", "資格確認書"),
    "papers": {"資格確認書": stored(**NEW_NUMBERS)},
    "answered": "document:資格確認書",
    "truth": qualified(**NEW_NUMBERS),
}
UNKNOWN_PATIENT = {"first_visit": True, "chart": None}


def unresolved(handling=None, *sent, **over):
    """A new patient, whose insurance nobody knows, and who signs a declaration."""
    given = {**UNKNOWN_PATIENT, **DECLARATION, **over}
    sent = sent or (NOTHING,)
    return came(handling or did(status="not_found", evidence=("moushitatesho",)), *sent, **given)


def invalid(**over):
    """無効, with the lost numbers; the patient is insured elsewhere by now."""
    return came(did(status="invalid"), LOST, **{"truth": qualified(**NEW_NUMBERS), **over})


# ---------------------------------------------------------------- H11 confirmed afterwards
reference(
    "H11",
    "障害があけた再診で確認し、その番号で請求した",
    lambda: told(
        came(OUT),
        came(KNOWN, VALID_NEW, on=SECOND, truth=qualified(**NEW_NUMBERS)),
        claimed(receipt(NEW, days=(20, 27)), truth=qualified(**NEW_NUMBERS)),
    ),
)
naive(
    "H11",
    "障害の日に作った不詳のまま請求した",
    lambda: told(
        unresolved(OUT, answer(None)),
        came(KNOWN, VALID, on=SECOND),
        claimed(receipt(SEVENS, *UNKNOWN)),
        rules=("H11", "H13"),
    ),
    h11.NUMBERS,
)
legitimate(
    "H11",
    "障害の日の請求を保留した",
    lambda: told(
        came(OUT), came(KNOWN, VALID, on=SECOND), claimed(handling=did(held=True), on=AGAIN)
    ),
)

# ------------------------------------------------------------------------ H13 confirmed
reference(
    "H13",
    "照会で確認した番号で通常の請求をした",
    lambda: told(came(KNOWN, VALID), claimed(receipt())),
)
naive(
    "H13",
    "資格確認書で確認したのに、カルテの古い番号で請求した",
    lambda: told(
        came(did(status="invalid"), LOST, **PAPER),
        claimed(receipt(OLD), truth=qualified(**NEW_NUMBERS)),
    ),
    h13.NORMAL,
)
legitimate(
    "H13",
    "番号を半角で、0を補って書いた",
    lambda: told(came(KNOWN, VALID), claimed(receipt(("06999014", "12", "0003456")))),
)

# ---------------------------------------------------------------------- H14 by word of mouth
reference(
    "H14",
    "変わりがないと聞いて、過去の番号で通常の請求をした",
    lambda: told(came(OUT, answered="past_visit", says={"unchanged": True}), claimed(receipt())),
)
naive(
    "H14",
    "変わりがないと聞いたのに、旧資格情報と書いた",
    lambda: told(
        came(OUT, answered="past_visit", says={"unchanged": True}),
        claimed(receipt(OLD, OLD_MARK)),
    ),
    h14.NORMAL,
)
legitimate(
    "H14",
    "無効と出たあとに過去の来院情報で受け付け、旧資格情報と書いた",
    lambda: told(
        came(did(status="invalid"), LOST, answered="past_visit"), claimed(receipt(OLD, OLD_MARK))
    ),
)

# ----------------------------------------------------------------- H15 former qualification
reference(
    "H15",
    "喪失した番号に旧資格情報と書いて請求した",
    lambda: told(invalid(), claimed(receipt(OLD, OLD_MARK), truth=qualified(**NEW_NUMBERS))),
)
naive(
    "H15",
    "喪失した番号を、何も書かずに請求した",
    lambda: told(
        invalid(answered="keep_chart"), claimed(receipt(OLD), truth=qualified(**NEW_NUMBERS))
    ),
    h15.FORMER,
)
legitimate(
    "H15", "確認できるまで請求を保留した", lambda: told(invalid(), claimed(handling=did(held=True)))
)

# ------------------------------------------------------------------------- H16, H17 context
_FORMER = claimed(receipt(OLD, OLD_MARK))
shown(
    "H16",
    "旧資格情報の請求が振り替えられた",
    lambda: told(
        invalid(),
        _FORMER,
        came_back(_FORMER, "transferred", **NEW_NUMBERS),
    ),
)
shown("H16", "返事がまだ来ていない", lambda: told(invalid(), _FORMER))
shown(
    "H17",
    "旧資格情報の請求が返戻され、請求し直した",
    lambda: told(
        invalid(),
        _FORMER,
        came_back(_FORMER, handling=did(reopened=True), reason="保険者の相違"),
        claimed(receipt(NEW, search="1"), on=AGAIN),
    ),
)

# --------------------------------------------------------------------------- H18 to H22 不詳
_UNKNOWN = claimed(receipt(SEVENS, *UNKNOWN))
for _id in ("H18", "H19", "H20", "H21", "H22"):
    reference(_id, "申立書があり、連絡してから不詳で請求した", lambda: told(unresolved(), _UNKNOWN))
naive(
    "H18",
    "申立書のない患者を不詳で請求した",
    lambda: told(
        came(did(status="not_found", evidence=("other",)), NOTHING, **UNKNOWN_PATIENT), _UNKNOWN
    ),
    h18.DECLARED,
)
legitimate(
    "H18",
    "口頭で確かめた再診の患者を、申立書があるものとして不詳で請求した",
    lambda: told(
        came(
            did(status="not_found", evidence=("past_visit",)),
            NOTHING,
            chart=stored(insurer_number="", symbol="", number=""),
        ),
        _UNKNOWN,
    ),
)
naive(
    "H19",
    "不詳の保険者番号にカルテの番号を書いた",
    lambda: told(unresolved(), claimed(receipt(("06999014", "", "777777777"), *UNKNOWN))),
    h19.INSURER,
)
legitimate(
    "H19",
    "検証番号の合う77777779を書いた",
    lambda: told(unresolved(), claimed(receipt(("77777779", "", "777777777"), *UNKNOWN))),
)
naive(
    "H20",
    "不詳の請求に記号を書いた",
    lambda: told(unresolved(), claimed(receipt(("77777777", "１２", "777777777"), *UNKNOWN))),
    h20.SYMBOL,
)
naive(
    "H20",
    "後期高齢者でないのに番号を8桁にした",
    lambda: told(unresolved(), claimed(receipt(("77777777", "", "77777777"), *UNKNOWN))),
    h20.NUMBER,
)
legitimate(
    "H20",
    "後期高齢者医療の番号を8桁、全角で書いた",
    lambda: told(
        unresolved(),
        claimed(receipt(("77777777", "", "７７７７７７７７"), *UNKNOWN, kind="1318")),
    ),
)
naive(
    "H21",
    "摘要欄に不詳と書かなかった",
    lambda: told(unresolved(), claimed(receipt(SEVENS, *DECLARED))),
    h21.WORD,
)
legitimate(
    "H21",
    "不詳を自由な文で書いた（警告だけ）",
    lambda: told(unresolved(), claimed(receipt(SEVENS, note(810000001, "不詳"), *DECLARED))),
)
naive(
    "H22",
    "患者への連絡を行った日付を書かなかった",
    lambda: told(unresolved(), claimed(receipt(SEVENS, *UNKNOWN[:-1]))),
    h22.ITEMS,
)
legitimate(
    "H22",
    "申立書に空欄だった事業所名と保険者名を書かなかった",
    lambda: told(unresolved(), _UNKNOWN),
)

# ------------------------------------------------------------------------- H23, H24 context
shown("H23", "電子の請求で不詳とした", lambda: told(unresolved(), _UNKNOWN))
shown(
    "H24",
    "2023年9月の請求で不詳とした",
    lambda: told(
        unresolved(on=date(2023, 8, 21)),
        claimed(receipt(SEVENS, *UNKNOWN, month="202308", days=(21,)), on=date(2023, 9, 8)),
    ),
)
shown("H26", "返事がまだ来ていない", lambda: told(unresolved(), _UNKNOWN))
shown(
    "H26",
    "職権で補正された",
    lambda: told(unresolved(), _UNKNOWN, came_back(_UNKNOWN, "corrected", **NEW_NUMBERS)),
)

# --------------------------------------------------------------------------------- H25
_SECOND = {**UNKNOWN_PATIENT, "on": SECOND}
reference(
    "H25",
    "2回目の受診で尋ねてから不詳で請求した",
    lambda: told(
        unresolved(), came(did(status="not_found"), **{**_SECOND, "answered": "retry"}), _UNKNOWN
    ),
)
naive(
    "H25",
    "2回目の受診で何も確かめずに不詳で請求した",
    lambda: told(unresolved(), came(did(asked=(), warned=()), **_SECOND), _UNKNOWN),
    h25.AGAIN,
)
legitimate(
    "H25",
    "2回目の受診で照会し直した",
    lambda: told(
        unresolved(),
        came(did(status="not_found", asked=(), warned=()), NOTHING, **_SECOND),
        _UNKNOWN,
    ),
)

# --------------------------------------------------------------------------------- H27
_WHY = {"reason": "記載事項の不備", "detail": "連絡日がない"}
reference(
    "H27",
    "返戻の理由を示し、やり直せる状態にした",
    lambda: told(
        unresolved(),
        _UNKNOWN,
        came_back(_UNKNOWN, handling=did(reopened=True, reasons=("記載事項の不備",)), **_WHY),
    ),
)
naive(
    "H27",
    "返戻を取り込んだが、請求は済んだままである",
    lambda: told(
        unresolved(),
        _UNKNOWN,
        came_back(_UNKNOWN, handling=did(reopened=False, reasons=("記載事項の不備",)), **_WHY),
    ),
    h27.REOPENED,
)
naive(
    "H27",
    "理由を示さない",
    lambda: told(
        unresolved(), _UNKNOWN, came_back(_UNKNOWN, handling=did(reopened=True, reasons=()), **_WHY)
    ),
    h27.REASON,
)
legitimate(
    "H27",
    "理由を製品の言葉で示した",
    lambda: told(
        unresolved(),
        _UNKNOWN,
        came_back(_UNKNOWN, handling=did(reopened=True, reasons=("記載もれ",)), **_WHY),
    ),
)

# --------------------------------------------------------------------------------- H28
_NO_CARD = {"brings": (), **UNKNOWN_PATIENT}
reference(
    "H28",
    "カードのない患者を、あとで見た資格確認書で請求した",
    lambda: told(
        came(did(copay_percent=100, evidence=("ten_wari",)), answered="copay:100", **_NO_CARD),
        came(on=SECOND, **{**PAPER, "brings": ("資格確認書",)}),
        claimed(receipt(NEW), truth=qualified(**NEW_NUMBERS)),
    ),
)
naive(
    "H28",
    "カードを持って来なかった患者を不詳で請求した",
    lambda: told(
        came(did(evidence=("moushitatesho",)), **{**_NO_CARD, **DECLARATION}),
        claimed(receipt(SEVENS, *UNKNOWN), handling=did(asked=(), warned=())),
    ),
    h28.NO_CARD,
)
legitimate(
    "H28",
    "不詳の対象でないと知らせたうえで、操作者が進めた",
    lambda: told(
        came(did(evidence=("moushitatesho",)), **{**_NO_CARD, **DECLARATION}),
        claimed(
            receipt(SEVENS, *UNKNOWN),
            handling=did(warned=("カードの持参がなく、不詳の対象ではありません",)),
        ),
    ),
)

# --------------------------------------------------------------------------------- H54
_FULL = {**UNKNOWN_PATIENT, "answered": "copay:100"}
reference(
    "H54",
    "10割のあとで確認し、返金して一つだけ請求した",
    lambda: told(
        came(did(status="not_found", copay_percent=100), NOTHING, **_FULL),
        came(did(status="valid", refund=7000), VALID, on=SECOND),
        claimed(receipt()),
    ),
)
naive(
    "H54",
    "不詳で請求したあとに確認し、取り下げも再請求もせずに、同じ日の分をもう一つ請求した",
    lambda: told(
        unresolved(),
        _UNKNOWN,
        came(KNOWN, VALID, on=date(2025, 11, 25)),
        claimed(receipt(), on=AGAIN),
    ),
    h54.ONE,
)
naive(
    "H54",
    "確認したのに返金しない",
    lambda: told(
        came(did(status="not_found", copay_percent=100), NOTHING, **_FULL),
        came(did(status="valid", refund=0), VALID, on=SECOND),
        claimed(receipt()),
    ),
    h54.REFUND,
)
legitimate(
    "H54",
    "月の途中で保険者が変わり、二つに分けて請求した",
    lambda: told(
        came(KNOWN, VALID),
        came(KNOWN, VALID_NEW, on=SECOND, truth=qualified(**NEW_NUMBERS)),
        claimed(receipt(days=(20,)), receipt(NEW, days=(27,)), truth=qualified(**NEW_NUMBERS)),
    ),
)

# --------------------------------------------------------------------------------- H61
_DISASTER = {**UNKNOWN_PATIENT, "brings": (), "says": {"disaster": True}}
reference(
    "H61",
    "証を失った患者を受け付け、災害の番号で請求した",
    lambda: told(
        came(did(copay_percent=0), **_DISASTER),
        claimed(receipt(NINES, UNKNOWN_MARK), says={"disaster": True}),
    ),
)
naive(
    "H61",
    "証を失った患者に10割を求めた",
    lambda: told(
        came(did(copay_percent=100), **_DISASTER),
        claimed(receipt(NINES, UNKNOWN_MARK), says={"disaster": True}),
    ),
    h61.RECEIVED,
)
legitimate(
    "H61",
    "災害のときに7の番号で請求した",
    lambda: told(
        came(did(copay_percent=30), **_DISASTER),
        claimed(receipt(SEVENS, *UNKNOWN), says={"disaster": True}),
    ),
)
