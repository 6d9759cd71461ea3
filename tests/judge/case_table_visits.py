"""The lines of the rules about one visit: reception, documents, names, PINs, devices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from case_table import legitimate, naive, reference, shown
from judge_cases import (
    OTHER,
    answer,
    case,
    chart,
    coverage,
    did,
    first_visit,
    limit,
    person,
    record,
    trouble,
    visit,
)

from onshi.catalogue.records import Situation
from onshi.judge.case import Case
from onshi.judge.rules import (
    h01,
    h02,
    h05,
    h06,
    h07,
    h08,
    h09,
    h10,
    h29,
    h30,
    h31,
    h32,
    h33,
    h36,
    h39,
    h40,
    h41,
    h42,
    h43,
    h44,
    h45,
    h46,
    h48,
    h49,
    h50,
    h51,
    h52,
    h53,
    h55,
    h56,
    h57,
    h58,
    h59,
    h60,
)
from onshi.seams import Answer
from onshi.visit import Document, Handling, Visit

VALID, LOST, NOTHING = answer("1", record()), answer("2", record()), answer("4")
ALL_WAYS = ("kakuninsho", "portal", "past_visit", "moushitatesho", "ten_wari")


def at(handling: Handling | None, *answers: Answer, **more: Any) -> Callable[[], Case]:
    """A case when it is asked for."""
    return lambda: case(handling, *answers, **more)


def chose(*answers: str, **over: Any) -> Visit:
    """A visit in which the operator was asked and answered so."""
    return visit(asked=[(f"問い{i}", (a, "cancel"), a) for i, a in enumerate(answers)], **over)


def with_paper(*answers: str, document: str = "資格確認書", **over: Any) -> Visit:
    """A patient who shows a document and has no card."""
    return chose(*answers, **{"brings": (document,), "papers": {document: chart()}, **over})


def insured(number: str, build: Callable[[], Case]) -> Callable[[], Case]:
    """The same case of a patient who is truly insured under that number."""

    def made() -> Case:
        one = build()
        truth = coverage(one.visit.patient, insurer_number=number)
        return replace(one, scene=replace(one.scene, truth=truth))

    return made


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
PAPER = "document:資格確認書"
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
CARD = frozenset({"pcsc"})
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

# ------------------------------------------------- H29 to H33: names and persons
DOTTED = answer("1", record(fields={"Name": "●橋　翔一"}))
BLACK = chart(name="●橋　翔一")
reference("H29", "直した氏名を保つ", at(did(chart_after=chart()), DOTTED))
naive("H29", "●で上書きする", at(did(chart_after=BLACK), DOTTED), h29.NAME)
naive(
    "H29",
    "●の住所で上書きする",
    at(
        did(chart_after=chart(address="東京都●●区")),
        answer("1", record(fields={"Address": "東京都●●区"})),
    ),
    h29.ADDRESS,
)
naive(
    "H29",
    "●のまま印字する",
    at(did(documents=(Document(kind="領収書", text="●橋 様"),)), DOTTED),
    h29.PAPERS,
)
legitimate(
    "H29",
    "操作者が取り込みを選ぶ",
    at(did(chart_after=BLACK), DOTTED, visit_=chose("use_online")),
)
legitimate(
    "H29",
    "もとから●のカルテ",
    at(did(chart_after=BLACK), DOTTED, visit_=visit(chart=BLACK)),
)

reference(
    "H29",
    "住所も書類も●にしない",
    at(
        did(
            chart_after=chart(),
            documents=(Document(kind="処方箋", text="髙橋 翔一 様"),),
        ),
        answer("1", record(fields={"Name": "●橋　翔一", "Address": "東京都●●区"})),
    ),
)

reference("H30", "表記を尋ねて登録する", at(did(chart_after=chart()), DOTTED, visit_=first_visit()))
naive(
    "H30",
    "尋ねずに●で登録する",
    at(did(chart_after=BLACK, asked=()), DOTTED, visit_=first_visit()),
    h30.MADE,
)
naive(
    "H30",
    "●の文字列で別の患者に結び付ける",
    at(
        did(chart_after=chart(OTHER, name="別所　花子")),
        DOTTED,
        visit_=first_visit(),
    ),
    h30.MERGED,
)
naive(
    "H30",
    "漢字のない氏名を尋ねずに登録する",
    at(
        did(chart_after=chart(name="タカハシ　ショウイチ"), asked=()),
        answer("1", record(fields={"Name": "タカハシ　ショウイチ"})),
        visit_=first_visit(),
    ),
    h30.KANJI,
)
reference(
    "H30",
    "漢字の表記を尋ねて登録する",
    at(
        did(chart_after=chart(), asked=("漢字の表記は",)),
        answer("1", record(fields={"Name": "タカハシ　ショウイチ"})),
        visit_=first_visit(),
    ),
)
FOREIGN = person(family="SMITH", given="JOHN")
legitimate(
    "H30",
    "もともと漢字のない氏名の患者",
    at(
        did(chart_after=chart(FOREIGN), asked=()),
        answer("1", record(FOREIGN)),
        visit_=first_visit(patient=FOREIGN),
    ),
)

STRANGER = answer("1", record(OTHER, number="777", symbol="9"))
reference(
    "H31",
    "違いを示し、カルテに書かない",
    at(did(chart_after=chart(), asked=(), warned=("別人の情報です",)), STRANGER),
)
naive(
    "H31",
    "別人の番号を書き込む",
    at(did(chart_after=chart(number="777")), STRANGER),
    h31.PERSON,
)
naive(
    "H31",
    "違いを示さない",
    at(did(chart_after=chart(), asked=(), warned=()), STRANGER),
    h31.SHOWN,
)
naive(
    "H31",
    "違う住所を黙って書き込む",
    at(
        did(chart_after=chart(address="大阪府架空市１"), asked=(), warned=("住所",)),
        answer("1", record(fields={"Address": "大阪府架空市１"})),
    ),
    h31.SPELLING,
)
naive(
    "H31",
    "置き忘れのカードを次の患者に使う",
    at(
        did(),
        visit_=visit(surfaces=CARD),
        faults=("hands.left_behind",),
        next_events=({"lane": "card/0", "event": "verify"},),
    ),
    h31.CARD,
)
legitimate(
    "H31",
    "操作者が認めて取り込む",
    at(
        did(chart_after=chart(number="777"), asked=("別人ですか",)),
        STRANGER,
        visit_=visit(asked=[("別人ですか", ("use_online",), "use_online")]),
    ),
)
legitimate(
    "H31",
    "小書きと●だけの違い",
    at(
        did(chart_after=chart(), asked=(), warned=()),
        answer("1", record(fields={"NameKana": "ﾀｶﾊｼ ｼﾖｳｲﾁ", "Name": "●橋　翔一"})),
    ),
)

reference(
    "H31",
    "違う住所を知らせ、書かない",
    at(
        did(chart_after=chart(), asked=(), warned=("住所が違います",)),
        answer("1", record(fields={"Address": "大阪府架空市１"})),
    ),
)
reference(
    "H31",
    "次の患者の置いたカードを使う",
    at(
        did(),
        visit_=visit(surfaces=CARD),
        faults=("hands.left_behind",),
        next_events=(
            {"lane": "desk/0", "event": "present"},
            {"lane": "card/0", "event": "verify"},
        ),
    ),
)

TWIN = person("p2", given="翔二", given_kana="ショウジ")
TWINS = answer("5", record(TWIN, number="111"), record(number="222"))
reference("H32", "未解決のままにする", at(did(status="multiple", chart_after=chart()), TWINS))
naive(
    "H32",
    "先頭の候補を選ぶ",
    at(did(status="valid", chart_after=chart(number="111"), asked=()), TWINS),
    h32.PICK,
)
naive("H32", "候補を示さない", at(did(status="not_found", asked=()), TWINS), h32.ASK)
legitimate(
    "H32",
    "操作者が候補を選ぶ",
    at(did(status="valid", chart_after=chart(number="222")), TWINS, visit_=chose("candidate:2")),
)

reference("H33", "本人のカルテに結び付ける", at(did(chart_after=chart()), VALID))
naive(
    "H33",
    "同姓同名の別人に結び付ける",
    at(did(chart_after=chart(birthdate=OTHER.birthdate)), VALID),
    h33.PERSON,
)
naive(
    "H33",
    "初診で別人のカルテを開く",
    at(
        did(chart_before=chart(birthdate=OTHER.birthdate), chart_after=chart()),
        VALID,
        visit_=first_visit(),
    ),
    h33.OPENED,
)
legitimate(
    "H33",
    "カナを半角で、大きい文字で示す",
    at(did(chart_after=chart(kana="ﾀｶﾊｼ ｼﾖｳｲﾁ")), VALID),
)

reference(
    "H33",
    "初診の患者のカルテを開く",
    at(did(chart_before=chart(), chart_after=chart()), VALID, visit_=first_visit()),
)

FOLDER = visit(surfaces=frozenset({"folder"}))
shown("H34", "画像が残っていない", at(did(), visit_=FOLDER, left=("res/OQSsiquc01res_1.xml",)))
shown("H34", "画像が残っていた", at(did(), visit_=FOLDER, left=("face/p0.JPG",)))
shown("H35", "薬剤情報が残っていた", at(did(), visit_=FOLDER, left=("res/YZKsiquc01res_1.pdf",)))

# -------------------------------------------- H36 to H41: portal, dates, papers
PORTAL = {"evidence": ("portal",), "message": "マイナポータルの画面で確認しました", "warned": ()}
reference(
    "H36", "患者のスマートフォンで確認する", at(did(**PORTAL), visit_=visit(brings=("phone",)))
)
naive("H36", "端末のない患者をポータルで確認したことにする", at(did(**PORTAL)), h36.OWN)
naive(
    "H36",
    "医療機関の端末でのログインを勧める",
    at(did(message="当院の端末でマイナポータルにログインしてください", warned=())),
    h36.LOGIN,
)
legitimate(
    "H36",
    "医療機関の端末ではログインしないよう知らせる",
    at(did(message="マイナポータルには当院の端末でログインしないでください", warned=())),
)
BROKEN_READER = visit(surfaces=CARD, date=date(2023, 10, 2))
shown("H37", "リーダーの故障", at(did(), visit_=BROKEN_READER, faults=("reader.lost",)))
shown("H38", "登録中と知らせる", at(did(message="登録が済んでいません。保険者へ"), NOTHING))

WINTER, SPRING = date(2026, 1, 15), date(2026, 4, 1)
OLD = {"document": "健康保険証"}
reference(
    "H39",
    "期限切れの健康保険証を、照会と合わせて受け付ける",
    at(did(status="valid", copay_percent=30), VALID, visit_=with_paper(date=WINTER, **OLD)),
)
reference(
    "H39",
    "終わったあとは根拠にしない",
    at(did(evidence=("ten_wari",)), visit_=with_paper(date=SPRING, **OLD)),
)
naive(
    "H39",
    "照会で有効なのに断る",
    at(
        did(status="invalid", offered=("moushitatesho",)),
        VALID,
        visit_=with_paper(date=WINTER, **OLD),
    ),
    h39.ACCEPT,
)
naive(
    "H39",
    "照会もせずに断る",
    at(
        did(status="device_unusable", offered=("moushitatesho",)),
        visit_=with_paper(date=WINTER, **OLD),
    ),
    h39.ACCEPT,
)
naive(
    "H39",
    "終わったあとも、それだけで受け付ける",
    at(
        did(evidence=("hokensho",), message="受付しました", warned=()),
        visit_=with_paper(date=SPRING, **OLD),
    ),
    h39.ENDED,
)
legitimate(
    "H39",
    "照会できないときは受け付けない",
    at(
        did(status="system_unreachable", offered=("moushitatesho",)),
        visit_=with_paper(date=WINTER, **OLD),
        faults=("wire.unreachable",),
    ),
)
legitimate(
    "H39",
    "社保のお知らせだけを、始まる前の日に断る",
    at(
        did(status="device_unusable", offered=()),
        VALID,
        visit_=with_paper(document="資格情報のお知らせ"),
    ),
)

LATE = "39131234"
reference("H40", "資格確認書を案内する", insured(LATE, at(did(offered=("kakuninsho",)))))
naive("H40", "資格確認書はないとみなす", insured(LATE, at(did(offered=("ten_wari",)))), h40.HAS_ONE)
legitimate("H40", "照会で確認できた", insured(LATE, at(did(offered=(), status="valid"), VALID)))
legitimate("H40", "後期高齢者ではない", at(did(offered=("portal",))))

NOTICE = {"document": "資格情報のお知らせ", "date": SPRING}
reference(
    "H41",
    "マイナンバーカードも求める",
    at(did(message="マイナンバーカードもお持ちください"), visit_=with_paper(**NOTICE)),
)
naive(
    "H41",
    "お知らせだけで確認したことにする",
    at(did(evidence=("oshirase",), message="受付", warned=()), visit_=with_paper(**NOTICE)),
    h41.ALONE,
)
legitimate(
    "H41",
    "暫定措置の間はお知らせだけで受け付ける",
    at(
        did(evidence=("oshirase",), message="受付", warned=()),
        visit_=with_paper(document="資格情報のお知らせ", date=WINTER),
    ),
)

# ------------------------------------------------- H42, H43: what differs, what is late
OTHER_NUMBER = answer("1", record(number="9999"))
reference(
    "H42",
    "違いを示し、根拠を残す",
    at(did(asked=(), warned=("番号が違います",), evidence=("online",)), OTHER_NUMBER),
)
naive(
    "H42",
    "違いを示さない",
    at(did(asked=(), warned=(), evidence=("online",)), OTHER_NUMBER),
    h42.SHOWN,
)
naive(
    "H42",
    "根拠を残さない",
    at(did(asked=(), warned=("番号が違います",), evidence=()), OTHER_NUMBER),
    h42.EVIDENCE,
)
legitimate(
    "H42",
    "番号の書き方だけが違う",
    at(did(asked=(), warned=(), evidence=()), answer("1", record(number="３４５６"))),
)

NEXT = visit(OTHER, inquiry={"InsurerNumber": "06999014", "InsuredIdentificationNumber": "8"})
NEXT.chart = chart(OTHER, number="8", symbol="5")


def following(**over: Any) -> dict[str, Any]:
    seen = chart(OTHER, **{"number": "8", "symbol": "5", **over})
    return {"next_visit": NEXT, "next_handling": did(chart_after=seen)}


SLOW = answer("1", record(), delay=60.0)
reference("H43", "次の患者に結び付けない", at(did(status="pending"), SLOW, **following()))
naive(
    "H43",
    "前の患者の結果を次の患者に結び付ける",
    at(did(status="pending"), SLOW, **following(number="3456")),
    h43.PATIENT,
)
KEPT_PAPER = {"papers": {"資格確認書": chart(number="7777")}}
naive(
    "H43",
    "受け付けた資格を黙って上書きする",
    at(did(chart_after=chart()), SLOW, visit_=with_paper(PAPER, **KEPT_PAPER)),
    h43.SILENT,
)
reference(
    "H43",
    "書類で受け付けた資格のまま",
    at(
        did(chart_after=chart(number="7777")),
        SLOW,
        visit_=with_paper(PAPER, **KEPT_PAPER),
        **following(),
    ),
)
legitimate(
    "H43",
    "尋ねてから取り込む",
    at(did(chart_after=chart()), SLOW, visit_=with_paper(PAPER, "use_online", **KEPT_PAPER)),
)

# ------------------------------------------------------------- H44, H45: PINs
AT_CARD = visit(surfaces=CARD, pins_entered=2)
ONE_LEFT = ({"lane": "card/0", "event": "verify", "ok": False, "tries": 1},)
reference(
    "H44",
    "入力された回数だけ送り、残り1回を知らせる",
    at(did(warned=("残り1回です",)), visit_=AT_CARD, verifies=2, events=ONE_LEFT),
)
naive("H44", "自動で送り直す", at(did(), visit_=AT_CARD, verifies=3), h44.RETRY)
naive(
    "H44",
    "残り1回を知らせない",
    at(did(message="暗証番号が違います"), visit_=AT_CARD, verifies=2, events=ONE_LEFT),
    h44.WARN,
)
legitimate(
    "H44",
    "操作をやめる",
    at(did(message="残り1回です"), visit_=AT_CARD, verifies=1, events=ONE_LEFT),
)

TYPED = ({"lane": "desk/0", "event": "pin", "entered": True},)
UNTYPED = ({"lane": "desk/0", "event": "pin", "entered": False},)


def pin_case(handling: Handling, events: Any = TYPED, **over: Any) -> Callable[[], Case]:
    asking = trouble("H45", situation=Situation(pins=("4649",)))
    at_desk = visit(surfaces=CARD, pins_entered=1 if events is TYPED else 0, **over)
    return at(handling, visit_=at_desk, events=events, trouble=asking)


reference(
    "H45",
    "暗証番号は患者が入力する",
    pin_case(did(message="患者さんに暗証番号を入力してもらってください。カルテ番号 4649")),
)
reference(
    "H45",
    "入力できない患者を目視へ案内する",
    pin_case(did(message="目視で確認してください", offered=()), UNTYPED),
)
reference(
    "H45",
    "書類に暗証番号がない",
    pin_case(did(message="", documents=(Document(kind="領収書", text="受付番号 4649"),))),
)
naive("H45", "暗証番号を表示する", pin_case(did(message="暗証番号 4649 が違います")), h45.SCREEN)
naive(
    "H45",
    "暗証番号を印字する",
    pin_case(did(message="", documents=(Document(kind="控え", text="暗証番号: ４６４９"),))),
    h45.PAPERS,
)
naive(
    "H45",
    "職員に聞き取らせる",
    pin_case(did(message="患者から暗証番号を聞いて入力してください")),
    h45.STAFF,
)
naive(
    "H45",
    "入力できないと行き止まりになる",
    pin_case(did(message="", offered=()), UNTYPED),
    h45.ROUTE,
)
legitimate(
    "H45",
    "暗証番号を聞かないよう知らせる",
    pin_case(did(message="職員が暗証番号を入力しないでください。暗証番号を聞き取りません")),
)

# ---------------------------------------------------------- H46: read, not received
NOT_CALLED = {
    "events": ({"lane": "face/0", "event": "not_called", "patient": OTHER.key},),
    "visit_": visit(surfaces=frozenset({"face"})),
}


def waiting(handling: Handling) -> Callable[[], Case]:
    def made() -> Case:
        one = case(handling, **NOT_CALLED)
        one.scene.others.append(OTHER)
        return one

    return made


reference("H46", "受付していない患者を知らせる", waiting(did(message="", warned=(OTHER.name,))))
naive("H46", "黙って捨てる", waiting(did(message="有効です", warned=())), h46.TOLD)
legitimate("H46", "何も報告されない", waiting(did(status="valid")))

# ------------------------------------------------- H48 to H50: share, kana, address
TWENTY = answer("1", record(elderly_ratio=20))
reference("H48", "割合の違いを知らせる", at(did(warned=("2割です",), asked=()), TWENTY))
naive("H48", "割合の違いを知らせない", at(did(warned=(), asked=()), TWENTY), h48.SHARE)
BRACKET = visit(chart=chart(limit="A03"))
naive(
    "H48",
    "限度額区分の違いを知らせない",
    at(did(warned=(), asked=()), answer("1", record(limit=limit("A04"))), visit_=BRACKET),
    h48.LIMIT,
)
naive(
    "H48",
    "限度額の情報がないと区分を消す",
    at(did(warned=(), asked=(), chart_after=chart(limit="")), VALID, visit_=BRACKET),
    h48.NO_LIMIT,
)
reference(
    "H48",
    "限度額区分の違いを知らせる",
    at(did(warned=("区分",), asked=()), answer("1", record(limit=limit("A04"))), visit_=BRACKET),
)
reference(
    "H48",
    "限度額の情報がなくても区分を残す",
    at(did(warned=(), asked=(), chart_after=chart(limit="A03")), VALID, visit_=BRACKET),
)
legitimate("H48", "限度額の情報がないのは普通である", at(did(warned=(), asked=()), VALID))
legitimate(
    "H48",
    "割合はカルテと同じ",
    at(did(warned=(), asked=()), TWENTY, visit_=visit(chart=chart(copay_percent=20))),
)

BIG = answer("1", record(fields={"NameKana": "ﾀｶﾊｼ ｼﾖｳｲﾁ"}))
reference("H49", "同じ人として扱う", at(did(status="valid", chart_after=chart()), BIG))
naive("H49", "不一致にする", at(did(status="not_found"), BIG), h49.MATCH)
naive(
    "H49",
    "カルテのカナを書き換える",
    at(did(status="valid", chart_after=chart(kana="タカハシ シヨウイチ")), BIG),
    h49.KEPT,
)
legitimate(
    "H49",
    "カナを半角で示す",
    at(did(status="valid", chart_after=chart(kana="ﾀｶﾊｼ ｼｮｳｲﾁ")), BIG),
)

MOVED = answer("1", record(fields={"Address": "北海道架空市９番地"}))
STYLE = answer("1", record(fields={"Address": "東京都架空区霞１－２－３"}))
reference(
    "H50",
    "住所の違いを尋ね、黙って書き換えない",
    at(did(chart_after=chart(), asked=("住所",), warned=()), MOVED),
)
naive(
    "H50",
    "住所を黙って書き換える",
    at(did(chart_after=chart(address="北海道架空市９番地")), MOVED),
    h50.KEPT,
)
naive(
    "H50", "違う住所を尋ねない", at(did(chart_after=chart(), asked=(), warned=()), MOVED), h50.ASK
)
legitimate("H50", "書き方だけが違う住所を尋ねない", at(did(asked=(), warned=()), STYLE))

# ------------------------------------------------------ H51 to H55: carrying on
reference("H51", "戻って、次の患者も正しい", at(did(status="valid"), VALID, **following()))
reference(
    "H51",
    "決めた時間のうちに戻り、操作できる",
    at(did(status="valid", elapsed=3.0), VALID, alive=True, limits={"answer": 30.0}),
)
naive("H51", "戻らない", at(None, returned=False), h51.RETURNS)
naive("H51", "画面が固まる", at(did(status="valid"), VALID, alive=False), h51.ALIVE)
naive(
    "H51",
    "前の患者の番号が残る",
    at(did(status="valid"), VALID, **following(number="3456")),
    h51.LEAK,
)
naive("H51", "決めた時間を超える", at(did(elapsed=31.0), limits={"answer": 30.0}), h51.LIMIT)
legitimate("H51", "3分待つ", at(did(status="pending", elapsed=180.0), SLOW, alive=True))

reference("H52", "目視を案内する", at(did(message="目視で確認してください")))
naive("H52", "行き止まりになる", at(did(message="失敗しました", offered=())), h52.GO_ON)
legitimate("H52", "書類を案内する", at(did(offered=("kakuninsho",))))

reference("H53", "書類だけで受け付ける", at(did(copay_percent=30), visit_=with_paper(PAPER)))
naive("H53", "書類での受付がない", at(did(offered=("ten_wari",)), visit_=with_paper()), h53.PAPERS)
legitimate(
    "H53",
    "終わった健康保険証では受け付けない",
    at(
        did(offered=("ten_wari",)),
        visit_=with_paper(document="健康保険証", date=SPRING),
    ),
)

reference("H55", "いくつもの方法を案内する", at(did(offered=ALL_WAYS)))
naive("H55", "10割だけを案内する", at(did(offered=("ten_wari",))), h55.OFFER)
legitimate("H55", "照会で確認できた", at(did(status="valid", offered=()), VALID))

# ------------------------------------- H56 to H60: 公費, certificates, pairs, gaps
PUBLIC = visit(chart=chart(public=("51136018",)))
reference("H56", "公費を残す", at(did(chart_after=PUBLIC.chart), VALID, visit_=PUBLIC))
naive("H56", "公費を消す", at(did(chart_after=chart(public=())), VALID, visit_=PUBLIC), h56.KEPT)
legitimate("H56", "公費のないカルテ", at(did(chart_after=chart(public=())), VALID))

GONE, RECENT = date(2025, 1, 1), date(2025, 10, 1)
EXPIRED = {"visit_": visit(surfaces=CARD), "cert_until": GONE}
reference(
    "H57",
    "証明書の期限切れと知らせる",
    at(did(status="device_unusable", message="カードの証明書の期限切れです"), **EXPIRED),
)
reference(
    "H57",
    "猶予の間の有効の回答を使う",
    at(did(status="valid", chart_after=chart()), VALID, cert_until=RECENT),
)
naive("H57", "保険の無効とする", at(did(status="invalid", message="証明書"), **EXPIRED), h57.STORED)
naive(
    "H57",
    "証明書だと知らせない",
    at(did(status="device_unusable", message="エラー"), **EXPIRED),
    h57.TOLD,
)
naive(
    "H57",
    "猶予の間の有効の回答を使わない",
    at(did(status="device_unusable"), VALID, cert_until=RECENT),
    h57.GRACE,
)
legitimate(
    "H57",
    "スマートフォンには猶予がない",
    at(
        did(status="device_unusable", message="証明書の期限切れです"),
        visit_=visit(brings=("phone",), surfaces=frozenset({"face"})),
        cert_until=RECENT,
    ),
)

DUAL = answer("1", record(insurer_number="139998", symbol="旧", number="8888"), record())
reference(
    "H58",
    "両方を示して選ばせる",
    at(did(status="multiple", chart_after=chart(), asked=("どちらですか",)), DUAL),
)
naive(
    "H58",
    "並び順で選ぶ",
    at(
        did(status="valid", chart_after=chart(insurer_number="139998", number="8888"), asked=()),
        DUAL,
    ),
    h58.PICK,
)
legitimate(
    "H58",
    "医療扶助は二重ではない",
    at(
        did(status="valid", chart_after=chart(), asked=()),
        answer("1", record(card_class="A1", number="555"), record()),
    ),
)

NEW = {"visit_": first_visit()}
reference("H59", "空欄のまま示す", at(did(chart_after=chart(valid_to="")), VALID, **NEW))
reference("H59", "記載のないことを知らせる", at(did(message="有効期限: 記載なし"), VALID))
naive(
    "H59",
    "有効期限を埋める",
    at(did(chart_after=chart(valid_to="2026-03-31"), asked=()), VALID, **NEW),
    h59.BLANK,
)
NO_RELATION = answer("1", record(fields={"PersonalFamilyClassification": None}))
naive(
    "H59",
    "本人とみなす",
    at(did(chart_after=chart(relation="本人", valid_to=""), asked=()), NO_RELATION, **NEW),
    h59.BLANK,
)
legitimate(
    "H59",
    "終わりのない有効期限",
    at(did(chart_after=chart(valid_to="99999999"), asked=()), VALID, **NEW),
)
legitimate(
    "H59",
    "後期の本人",
    insured(LATE, at(did(chart_after=chart(relation="本人"), asked=()), NO_RELATION, **NEW)),
)
legitimate(
    "H59",
    "もとのカルテの値を残す",
    at(
        did(
            chart_before=chart(valid_to="2026-03-31"),
            chart_after=chart(valid_to="2026-03-31"),
            asked=(),
        ),
        VALID,
    ),
)

ODD = answer("1", record(limit=limit("B03")))
reference("H60", "年齢に合わない区分を知らせる", at(did(warned=("区分B03",), asked=()), ODD))
naive("H60", "黙って計算する", at(did(warned=(), asked=()), ODD), h60.WARN)
CHILD = person(birthdate=date(2018, 6, 1))
legitimate(
    "H60",
    "子どもの区分ウと3割",
    at(
        did(warned=(), asked=()),
        answer("1", record(CHILD, limit=limit("A03"))),
        visit_=visit(CHILD),
    ),
)
