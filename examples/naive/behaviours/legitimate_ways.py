"""Legitimate products that receive, wait and claim otherwise than the reference does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from clinic import claim_file, ways
from clinic.card import CardReader, CardSession
from clinic.case import Case, MonthEndCase
from clinic.claim_kind import NORMAL, ClaimKind, Decision
from clinic.dialog import RETRY, document
from clinic.errors import DeviceTrouble, SystemTrouble
from clinic.fallback import Fallback
from clinic.folder import Exchange
from clinic.messages import Result
from clinic.month_end import MonthEnd
from clinic.reception import Reception
from clinic.standing import Standing
from clinic.waiting import TooLong, bounded
from clinic.webapi import WebApi

from behaviours.registry import Behaviour, legitimate

waits_twice = legitimate(
    "waits_twice",
    ja="時間切れのあと、黙ってもう一度だけ照会して待つ。",
    en="After a time-out it asks once more by itself, and waits again.",
)


def _again(usual: Callable[..., Result], line: Any, *query: Any) -> Result:
    try:
        return usual(line, *query)
    except SystemTrouble:
        return usual(line, *query)


waits_twice.instead_of(Exchange, "ask")(_again)
waits_twice.instead_of(WebApi, "ask")(_again)

never_tries_again = legitimate(
    "never_tries_again",
    ja="読み取りも照会も一度きりで、やり直しは受付からにする。",
    en="Reads and asks once only; to try again is to be received anew.",
)


@never_tries_again.instead_of(CardReader, "open")
def _once(usual: Any, reader: CardReader) -> CardSession:
    try:
        return bounded(reader._open, reader._limits.card)
    except TooLong:
        raise DeviceTrouble("hang", "カードリーダーが応答しません") from None


@never_tries_again.instead_of(Fallback, "_options")
def _no_retry(
    usual: Callable[..., list[str]], fallback: Fallback, *call: Any, **of: Any
) -> list[str]:
    return [one for one in usual(fallback, *call, **of) if one != RETRY]


paper_first = legitimate(
    "paper_first",
    ja="書類を出された患者は、照会せずに書類で受け付ける。",
    en="Who shows a paper is received by it, without an inquiry.",
)


@paper_first.instead_of(Reception, "_attempt")
def _by_paper(usual: Callable[..., bool], desk: Reception, case: Case) -> bool:
    arrival = case.arrival
    good = ways.documents(arrival.day, with_card=arrival.with_card)
    if not set(arrival.papers) & {ways.KAKUNINSHO, ways.HOKENSHO} & set(good):
        return usual(desk, case)
    case.status, case.message = "valid", "書類で受け付けます。"
    return desk.fallback.choose(case, retry=False)


no_declaration_for_the_known = legitimate(
    "no_declaration_for_the_known",
    ja="受診歴のある患者には、申立書でなく過去の来院情報を案内する。",
    en="A known patient is offered the last visit in the place of a declaration.",
)


@no_declaration_for_the_known.instead_of(ways, "offered")
def _known(
    usual: Callable[..., tuple[str, ...]], names: Any, *, known: bool, **of: Any
) -> tuple[str, ...]:
    found = usual(names, known=known, **of)
    return tuple(way for way in found if way != "moushitatesho") if known else found


@no_declaration_for_the_known.instead_of(Fallback, "_options")
def _without(
    usual: Callable[..., list[str]], fallback: Fallback, case: Case, *names: Any, **of: Any
) -> list[str]:
    found = usual(fallback, case, *names, **of)
    return [one for one in found if one != document(ways.MOUSHITATE)] if case.before else found


bills_later = legitimate(
    "bills_later",
    ja="資格を確認できない患者の会計は、確認できるまで保留する。",
    en="Where the qualification is not confirmed, the bill waits until it is.",
)


@bills_later.instead_of(Fallback, "_share_without_answer")
def _later(usual: Any, fallback: Fallback, case: Case, answer: str) -> int | None:
    return None


holds_every_claim = legitimate(
    "holds_every_claim",
    ja="請求はすべて、担当者が見るまで保留する。",
    en="Every claim waits until somebody has looked at it.",
)


@holds_every_claim.instead_of(ClaimKind, "decide")
def _held(usual: Any, kinds: ClaimKind, case: MonthEndCase, standing: Standing) -> None:
    case.hold("担当者が確かめるまで請求を保留します。")


claims_everybody = legitimate(
    "claims_everybody",
    ja="その月の患者全員のレセプトを、一つのファイルに書く。",
    en="Writes the claims of all patients of the month into one file.",
)


@claims_everybody.instead_of(MonthEnd, "export")
def _everybody(
    usual: Callable[..., None], office: MonthEnd, case: MonthEndCase, made: list[Any]
) -> None:
    for decision, one in made[:1]:
        other = replace(
            one,
            chart_no="990001",
            name="別人　一郎",
            kana="ベツジン　イチロウ",
            birthdate=date(1961, 3, 4),
            sex="1",
        )
        made = [(decision, other), *made]
    usual(office, case, made)


wide_numbers_in_claims = legitimate(
    "wide_numbers_in_claims",
    ja="請求の記号・番号を全角で書く。",
    en="Writes 記号 and 番号 of a claim in full width.",
)


@wide_numbers_in_claims.instead_of(claim_file, "one_mode")
def _wide(usual: Any, text: str) -> str:
    return claim_file.wide(text.replace(" ", ""))


comments_freely = legitimate(
    "comments_freely",
    ja="通常の請求の摘要に、自由な文でひとこと添える。",
    en="Adds a word of its own to the 摘要 of a normal claim.",
)


@comments_freely.instead_of(ClaimKind, "decide")
def _commented(
    usual: Callable[..., Decision | None], kinds: ClaimKind, *claim: Any
) -> Decision | None:
    decision = usual(kinds, *claim)
    if decision is None or decision.kind != NORMAL:
        return decision
    return replace(decision, notes=(("810000001", "資格は再照会で確認済み"),))


def _unknown(
    name: str, *, ja: str, en: str, change: Callable[[Decision], Decision], **more: Any
) -> Behaviour:
    """Another way to write the レセプト of an unknown insurance."""
    behaviour = legitimate(name, ja=ja, en=en, **more)

    @behaviour.instead_of(ClaimKind, "unknown")
    def _changed(
        usual: Callable[..., Decision | None],
        kinds: ClaimKind,
        case: MonthEndCase,
        standing: Standing,
    ) -> Decision | None:
        decision = usual(kinds, case, standing)
        return decision and change(decision)

    return behaviour


def _free(decision: Decision) -> Decision:
    """The same words, as comments without a code of their own."""
    texts = [text or "不詳" for _, text in decision.notes]
    return replace(decision, notes=tuple(("810000001", text) for text in texts))


unknown_as_77777779 = _unknown(
    "unknown_as_77777779",
    ja="不詳の保険者番号に、検証番号の合う77777779を使う。",
    en="Uses 77777779 for 不詳, whose check digit is right.",
    change=lambda d: replace(d, insurance=replace(d.insurance, insurer_number="77777779")),
)
unknown_in_free_words = _unknown(
    "unknown_in_free_words",
    ja="「不詳」と申立書の内容を、コメントコードでなく自由な文で書く。",
    en="Writes 不詳 and what was declared in free words, without the comment codes.",
    change=_free,
    warned=("H21", "H22"),
    why="コードと位置の定めは推定なので、自由な文は知らせるだけで、失敗にはしない。",
)
declared_in_another_order = _unknown(
    "declared_in_another_order",
    ja="「不詳」の下の申立書の内容を、別の順に書く。",
    en="Writes what was declared below 不詳 in another order.",
    change=lambda d: replace(d, notes=(d.notes[0], *reversed(d.notes[1:]))),
)
