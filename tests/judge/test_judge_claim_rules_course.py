"""Real troubles with claims, at a real desk: a small product, right and naive, and what is found.

The product asks over HTTP in this process, writes a file, and reads the RECEIPTC.HEN that comes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
import requests
from claim_stories import OLD_MARK, SEVENS, UNKNOWN_MARK, file, note, receipt

from onshi import Desk, Visit
from onshi.catalogue.load import find_trouble
from onshi.course import Course
from onshi.eligibility.api import LOGIN_PATH, PRODUCTION_LOGIN, PRODUCTION_SEARCH, SEARCH_PATH
from onshi.judge.case import Verdict
from onshi.visit import Chart, Handling

Numbers = tuple[str, str, str]
STATUS = {"1": "valid", "2": "invalid", "3": "invalid_new", "4": "not_found"}
RULES = {f"H{n}" for n in (11, 13, 14, 15, 18, 19, 20, 21, 22, 25, 27, 28, 54, 61)}


class Product:
    """Keeps of the patient what it was told last, and claims the month before."""

    def __init__(self) -> None:
        self.known: Numbers | None = None
        self.lost: Numbers | None = None
        self.visits: list[date] = []
        self.full = False

    def visit(self, visit: Visit) -> Handling:
        validity, found = self.ask(visit)
        self.visits.append(visit.date)
        refund = None
        if validity == "1":
            self.known = found
            refund, self.full = (7000 if self.full else None), False
            evidence: tuple[str, ...] = ("online",)
        else:
            if validity in ("2", "3"):
                self.lost = found
            evidence = self.otherwise(visit)
        return Handling(
            status=STATUS.get(validity, "system_unreachable"),
            chart_after=chart(self.known or self.lost),
            copay_percent=100 if self.full else 30,
            evidence=evidence,
            refund=refund,
            asked=tuple(prompt for prompt, _, _ in visit.asked),
            warned=(),
        )

    def otherwise(self, visit: Visit) -> tuple[str, ...]:
        options = [f"document:{d}" for d in visit.papers]
        options += ["document:被保険者資格申立書", "copay:100", "cancel"]
        answer = visit.decide("資格を確かめられません。何で受け付けますか", options)
        self.full = answer == "copay:100"
        if answer.removeprefix("document:") in visit.papers:
            paper = visit.papers[answer.removeprefix("document:")]
            self.known = (paper.insurer_number or "", paper.symbol or "", paper.number or "")
        return {"document:被保険者資格申立書": ("moushitatesho",), "copay:100": ("ten_wari",)}.get(
            answer, ("other",)
        )

    def ask(self, visit: Visit) -> tuple[str, Numbers | None]:
        body = {
            "XmlMsg": {
                "MessageHeader": {"MedicalInstitutionCode": "1312345670"},
                "MessageBody": {"QualificationConfirmSearchInfo": dict(visit.inquiry)},
            }
        }
        login, search = PRODUCTION_LOGIN + LOGIN_PATH, PRODUCTION_SEARCH + SEARCH_PATH
        try:
            token = requests.post(login, json={"u": "x"}, cert=("c", "k"), timeout=10).json()
            headers = {"Authorization": token["result"]["idToken"]}
            reply = requests.post(search, json=body, headers=headers, timeout=10)
        except requests.RequestException:
            return "", None
        said = reply.json()["XmlMsg"]["MessageBody"]
        results = said.get("ResultList") or [{}]
        first = results[0].get("ResultOfQualificationConfirmation", {})
        numbers = (
            first.get("InsurerNumber", ""),
            first.get("InsuredCardSymbol", ""),
            first.get("InsuredIdentificationNumber", ""),
        )
        return str(said.get("QualificationValidity", "")), numbers if first else None

    def claim(self, visit: Visit) -> bytes:
        if self.known is None:
            validity, numbers = self.ask(visit)
            self.known = numbers if validity == "1" else None
        return file(self.receipt(visit), month=f"{visit.date:%Y%m}")

    def receipt(self, visit: Visit) -> list[str]:
        if self.known is not None:
            return self.written(visit, self.known)
        if self.lost is not None:
            return self.written(visit, self.lost, OLD_MARK)
        return self.written(visit, SEVENS, *declared(visit))

    def written(self, visit: Visit, numbers: Numbers, *comments: str) -> list[str]:
        last = self.visits[-1]
        return receipt(
            numbers,
            *comments,
            month=f"{last:%Y%m}",
            patient=visit.patient,
            days=[d.day for d in self.visits if (d.year, d.month) == (last.year, last.month)],
            chart_no="1",
        )

    def take_back(self, hen: bytes) -> Handling:
        reasons = tuple(
            r for r in ("記載事項の不備", "保険者の相違", "該当者なし") if r in text(hen)
        )
        return Handling(reopened=True, reasons=reasons)


def chart(numbers: Numbers | None) -> Chart | None:
    if numbers is None:
        return None
    return Chart(insurer_number=numbers[0], symbol=numbers[1], number=numbers[2])


def text(hen: bytes) -> str:
    return hen.decode("cp932")


def declared(visit: Visit) -> Iterator[str]:
    says = visit.says
    yield UNKNOWN_MARK
    yield note(830000501, visit.patient.kana)
    yield note(830000503, says["insurer_name"])
    yield note(830000504, says["employer"])
    for code, address in zip((830000505, 830000506), says["addresses"], strict=True):
        yield note(code, address)
    yield note(830000507, says["phone"])
    yield note(830000508, "令和７年１１月１０日")


def found(trouble: str, product: Product) -> dict[str, set[tuple[str, str]]]:
    """Met and broken rules with their levels, of those about claims."""
    with Desk(date="2025-10-20", doors=("responses",), seed=5) as desk:
        course = Course(desk, find_trouble(trouble), {"webapi"})
        while (visit := course.visit) is not None:
            if visit.purpose == "visit":
                course.handled(product.visit(visit))
            elif visit.purpose == "claim":
                course.handled(Handling(), claim=product.claim(visit))
            else:
                hen = visit.returns.read_bytes() if visit.returns else b""
                course.handled(product.take_back(hen) if hen else Handling())
        said = course.findings()
    return {
        str(v): {(f.rule, f.level) for f in said if f.rule in RULES and f.verdict is v}
        for v in (Verdict.MET, Verdict.BROKEN)
    }


def naive(**methods: Callable[..., Any]) -> Product:
    """The product with some methods done wrong."""
    return type("Naive", (Product,), methods)()


RIGHT = {
    "human.positive_report": {("H13", "fail")},
    "billing.furikae_not_possible_returned": {("H15", "fail"), ("H15", "warn")},
    "billing.settle_later": {("H54", "fail")},
    "backend.emergency_mode_after_call": {("H11", "fail"), ("H11", "warn")},
    "billing.fusho_returned": {
        *((id, "fail") for id in ("H19", "H20", "H21", "H22")),
        *((id, "warn") for id in ("H18", "H21", "H22", "H25", "H27")),
    },
}


@pytest.mark.parametrize("trouble", RIGHT)
def test_a_product_that_does_right_meets_what_the_trouble_asks(trouble):
    assert found(trouble, Product()) == {"met": RIGHT[trouble], "broken": set()}


def unmarked(self, visit):
    return self.written(visit, self.lost)


def unknown(self, visit):
    return self.written(visit, SEVENS, *FEW)


FEW = (
    UNKNOWN_MARK,
    note(830000501, "カナ"),
    note(830000505, "東京都"),
    note(830000508, "１１月５日"),
)


def stranger(self, visit):
    return self.written(visit, ("06999014", "１", "２"))


def symbol_too(self, visit):
    return self.written(visit, ("77777777", "１２", "777777777"), *declared(visit))


def one_address(self, visit):
    return self.written(visit, SEVENS, *(c for c in declared(visit) if "830000506" not in c))


def asks_in_vain(self, visit):
    self.ask(visit)
    return file(self.written(visit, SEVENS, *FEW), month=f"{visit.date:%Y%m}")


def twice(self, visit):
    other = self.written(visit, ("06999014", "１", "２"))
    return file(self.receipt(visit), other, month=f"{visit.date:%Y%m}")


def deaf(self, hen):
    return Handling(reopened=False, reasons=())


@pytest.mark.parametrize(
    ("trouble", "product", "broken"),
    [
        ("human.positive_report", {"receipt": stranger}, {("H13", "fail")}),
        ("human.positive_report", {"receipt": unknown}, {("H13", "fail")}),
        ("billing.furikae_not_possible_returned", {"receipt": unmarked}, {("H15", "fail")}),
        ("billing.furikae_not_possible_returned", {"receipt": unknown}, {("H15", "fail")}),
        ("billing.fusho_returned", {"receipt": symbol_too}, {("H20", "fail")}),
        ("billing.fusho_returned", {"receipt": one_address}, {("H22", "fail")}),
        ("billing.fusho_returned", {"take_back": deaf}, {("H27", "warn")}),
        ("billing.settle_later", {"claim": twice}, {("H54", "fail")}),
        ("backend.emergency_mode_after_call", {"claim": asks_in_vain}, {("H11", "fail")}),
    ],
    ids=[
        "another's numbers",
        "不詳 though confirmed",
        "former and not marked",
        "不詳 though the former is known",
        "不詳 with 記号",
        "one of two addresses",
        "返戻 ignored",
        "two claims",
        "不詳 though the outage is over",
    ],
)
def test_a_naive_one_breaks_exactly_that(trouble, product, broken):
    assert found(trouble, naive(**product))["broken"] == broken
