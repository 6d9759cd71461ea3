"""The lines of H01 to H12: what the answer means, documents, 10割, devices."""

from __future__ import annotations

from datetime import date

from case_makers import ALL_WAYS, CARD, LOST, NOTHING, PAPER, VALID, at, chose, with_paper
from case_table import legitimate, naive, reference, shown
from judge_cases import answer, chart, did, first_visit, record, visit

from onshi.judge.rules import h01, h02, h05, h06, h07, h08, h09, h10

# ------------------------------------------------------- H01 to H04: 無効, 情報なし
KEPT = {"chart_after": chart(status="invalid"), "copay_percent": 30, "offered": ALL_WAYS}
reference("H01", "無効と示し、番号を残し、方法を案内する", at(did(status="invalid", **KEPT), LOST))
naive("H01", "無効を情報なしと示す", at(did(status="not_found", **KEPT), LOST), h01.SHOWN)
naive(
    "H01",
    "カルテの番号を消す",
    at(did(status="invalid", chart_after=chart(insurer_number="", number="")), LOST),
    h01.CHART,
)
naive("H01", "自動で10割にする", at(did(status="invalid", copay_percent=100), LOST), h01.CHARGE)
naive("H01", "方法を案内しない", at(did(status="invalid", offered=()), LOST), h01.WAYS)
legitimate(
    "H01",
    "操作者が資格確認書で確認し、有効と示す",
    at(
        did(status="valid", chart_after=chart(), copay_percent=30, offered=("kakuninsho",)),
        LOST,
        visit_=with_paper("document:資格確認書"),
    ),
)
legitimate(
    "H01",
    "遅れた回答をまだ受け取っていない",
    at(did(status="system_unreachable", chart_after=chart()), answer("2", delay=60.0)),
)

KEPT = {"chart_after": chart(), "copay_percent": 30, "offered": ALL_WAYS}
reference("H02", "情報なしを未登録と示す", at(did(status="not_found", **KEPT), NOTHING))
reference("H02", "確認中と示す", at(did(status="pending", **KEPT), NOTHING))
naive("H02", "情報なしを無効と示す", at(did(status="invalid", **KEPT), NOTHING), h02.SHOWN)
naive(
    "H02",
    "カルテの番号を書き換える",
    at(did(status="not_found", chart_after=chart(number="1")), NOTHING),
    h02.CHART,
)
naive(
    "H02",
    "初診で番号を作る",
    at(
        did(status="not_found", chart_after=chart(number="1")),
        NOTHING,
        visit_=first_visit(),
    ),
    h02.MADE,
)
legitimate(
    "H02",
    "操作者が選んだ10割で会計する",
    at(
        did(status="not_found", copay_percent=100, offered=ALL_WAYS),
        NOTHING,
        visit_=chose("copay:100"),
    ),
)

reference(
    "H02",
    "初診で、書類の番号だけを使う",
    at(did(status="not_found", chart_after=chart()), NOTHING, visit_=first_visit()),
)
naive(
    "H02", "自動で10割にする", at(did(status="not_found", copay_percent=100), NOTHING), h02.CHARGE
)
naive("H02", "方法を案内しない", at(did(status="not_found", offered=()), NOTHING), h02.WAYS)

shown("H03", "ポータルの画面を根拠とした", at(did(evidence=("portal",)), NOTHING))
shown("H03", "ポータルも案内した", at(did(offered=("portal",)), LOST))
BY_NUMBERS = ({"lane": "webapi/0", "event": "request", "by": "2"},)
shown("H04", "番号での照会に無効が返る", at(did(status="invalid"), LOST, events=BY_NUMBERS))

# --------------------------------------- H05 to H09: documents, declarations, 10割
CONFIRMED = {"copay_percent": 30, "evidence": ("kakuninsho",), "status": "valid"}
reference(
    "H05", "書類で確認し、自己負担分で会計する", at(did(**CONFIRMED), visit_=with_paper(PAPER))
)
naive(
    "H05",
    "書類で確認したのに10割にする",
    at(did(copay_percent=100, evidence=("kakuninsho",)), visit_=with_paper(PAPER)),
    h05.SHARE,
)
naive(
    "H05",
    "何で確認したかを残さない",
    at(did(copay_percent=30, evidence=("online",)), visit_=with_paper(PAPER)),
    h05.EVIDENCE,
)
legitimate(
    "H05",
    "期限の過ぎた暫定措置の書類では10割を求める",
    at(
        did(copay_percent=100, evidence=("ten_wari",)),
        visit_=with_paper("document:健康保険証", document="健康保険証", date=date(2026, 4, 1)),
    ),
)

CARD_ONLY = {"status": "device_unusable"}
reference("H06", "申立書を案内する", at(did(offered=ALL_WAYS, **CARD_ONLY), visit_=first_visit()))
naive(
    "H06",
    "申立書を案内しない",
    at(did(offered=("ten_wari",), **CARD_ONLY), visit_=first_visit()),
    h06.OFFER,
)
naive(
    "H06",
    "申立書を出した患者を10割にする",
    at(did(copay_percent=100), visit_=chose("document:被保険者資格申立書", first_visit=True)),
    h06.SHARE,
)
reference(
    "H06",
    "申し立てた割合で会計する",
    at(did(copay_percent=30), visit_=chose("document:被保険者資格申立書", first_visit=True)),
)
legitimate("H06", "再診では口頭の確認を案内する", at(did(offered=("past_visit",), **CARD_ONLY)))

reference(
    "H07",
    "過去の来院情報で受け付け、残す",
    at(did(offered=("past_visit",), evidence=("past_visit",)), visit_=chose("past_visit")),
)
naive("H07", "紙の申立書だけを案内する", at(did(offered=("moushitatesho",))), h07.OFFER)
naive(
    "H07",
    "口頭の確認を残さない",
    at(did(offered=("past_visit",), evidence=()), visit_=chose("past_visit")),
    h07.RECORD,
)
legitimate("H07", "初診では案内しない", at(did(offered=("kakuninsho",)), visit_=first_visit()))
legitimate("H07", "照会で確認できた", at(did(offered=(), status="valid"), VALID))

reference("H08", "資格確認書のある患者を3割にする", at(did(copay_percent=30), visit_=with_paper()))
reference(
    "H08",
    "何もない初診に10割を案内する",
    at(did(offered=("ten_wari",)), visit_=first_visit(brings=())),
)
naive(
    "H08",
    "資格確認書があるのに10割にする",
    at(did(copay_percent=100), visit_=with_paper()),
    h08.NARROW,
)
naive(
    "H08",
    "何もない初診に10割という扱いを案内しない",
    at(did(offered=("other",)), visit_=first_visit(brings=())),
    h08.BASIC,
)
legitimate(
    "H08",
    "情報なしの患者に、スマートフォンがあっても10割を求める",
    at(did(copay_percent=100), NOTHING, visit_=visit(brings=("card", "phone"))),
)

reference(
    "H09", "医療機関の選んだ割合で会計する", at(did(copay_percent=30), visit_=chose("copay:30"))
)
naive("H09", "10割に固定する", at(did(copay_percent=100), visit_=chose("copay:30")), h09.SHARE)
legitimate("H09", "操作者が10割を選ぶ", at(did(copay_percent=100), visit_=chose("copay:100")))
legitimate(
    "H09",
    "あとの照会で2割と分かる",
    at(did(copay_percent=20), answer("1", record(elderly_ratio=20)), visit_=chose("copay:30")),
)

# -------------------------------------------------- H10, H12: devices and lines
BROKEN_CARD = {"visit_": visit(surfaces=CARD), "faults": ("card.mute",)}
reference(
    "H10",
    "機器の不良と示し、カルテはそのまま",
    at(did(status="device_unusable", chart_after=chart()), **BROKEN_CARD),
)
naive("H10", "読めないカードを無効と示す", at(did(status="invalid"), **BROKEN_CARD), h10.INVALID)
naive(
    "H10",
    "カルテに無効と書く",
    at(did(status="device_unusable", chart_after=chart(status="無効")), **BROKEN_CARD),
    h10.INVALID,
)
naive(
    "H10",
    "読めないカードをシステムの不通と示す",
    at(did(status="system_unreachable"), **BROKEN_CARD),
    h10.CLASS,
)
legitimate(
    "H10",
    "連携フォルダでは不通か不良かを区別しない",
    at(
        did(status="device_unusable", chart_after=chart()),
        visit_=visit(surfaces=frozenset({"folder"})),
        faults=("file.never",),
    ),
)
legitimate("H10", "無効の回答が本当に来た", at(did(status="invalid"), LOST, faults=("wire.slow",)))
shown("H12", "4情報を控える", at(did(status="system_unreachable", chart_after=chart())))
