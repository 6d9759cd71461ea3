"""The lines of H36 to H41, H44 to H46, H51 to H60: papers by date, PINs, carrying on, gaps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from case_makers import (
    ALL_WAYS,
    CARD,
    LATE,
    NOTHING,
    PAPER,
    SLOW,
    SPRING,
    VALID,
    WINTER,
    at,
    following,
    insured,
    with_paper,
)
from case_table import legitimate, naive, reference, shown
from judge_cases import (
    OTHER,
    answer,
    case,
    chart,
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
    h36,
    h39,
    h40,
    h41,
    h44,
    h45,
    h46,
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
from onshi.visit import Document, Handling

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
