"""The lines of H29 to H33, H42, H43, H48 to H50: names, persons, what differs, what is late."""

from __future__ import annotations

from case_makers import CARD, PAPER, SLOW, VALID, at, chose, following, with_paper
from case_table import legitimate, naive, reference, shown
from judge_cases import OTHER, answer, chart, did, first_visit, limit, person, record, visit

from onshi.judge.rules import h29, h30, h31, h32, h33, h42, h43, h48, h49, h50
from onshi.visit import Document

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
