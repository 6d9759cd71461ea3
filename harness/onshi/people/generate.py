"""Synthetic people from a seed: name pairs by Faker, everything else drawn beside them.

Nobody here can be anybody: insurer numbers carry the body ``999``, towns do not exist in the
municipality they are put in, telephone numbers are in an unassigned block, and a マイナンバー has
a wrong check digit. Insurer numbers do have a right one (facts: claims page, section 5).
Faker is imported at the first person, not before.
"""

from __future__ import annotations

import threading
from datetime import date, timedelta
from random import Random
from typing import Any

import msgspec

from onshi.errors import UnknownNameError
from onshi.people.numbers import luhn
from onshi.people.records import CardSpec, Coverage, Patient, Qualification, Sex
from onshi.people.schemes import (
    ONE_BY_ONE,
    WIDE,
    Insurers,
    Plan,
    another,
    enrol,
    kidney_disease,
    shift_years,
)

__all__ = [
    "KINDS",
    "Insurers",
    "Plan",
    "luhn",
    "make_address",
    "make_card_spec",
    "make_person",
    "make_qualification",
    "make_sibling",
    "make_twin",
    "mynumber_digit",
]

KINDS = (
    "",
    "shaho",
    "kokuho",
    "elderly",
    "late_elderly",
    "child",
    "kyosai",
    "jieitai",
    "seiho",
    "dialysis",
)
"""Kinds of person: 30-64 with 社保 or 国保, with 社保, with 国保, 70-74, 75 and over, under 6; then
30-64 in a 共済, a 自衛官, on 生活保護 with a 医療券, with 特定疾病 for dialysis."""

_PLACES: tuple[tuple[str, str, str, str], ...] = (
    ("11", "埼玉県", "川口市", "332"),
    ("11", "埼玉県", "所沢市", "359"),
    ("12", "千葉県", "船橋市", "273"),
    ("12", "千葉県", "松戸市", "271"),
    ("13", "東京都", "世田谷区", "154"),
    ("13", "東京都", "北区", "114"),
    ("13", "東京都", "八王子市", "192"),
    ("14", "神奈川県", "川崎市高津区", "213"),
    ("14", "神奈川県", "藤沢市", "251"),
    ("23", "愛知県", "豊橋市", "440"),
    ("27", "大阪府", "堺市北区", "591"),
    ("35", "山口県", "周南市", "745"),
    ("40", "福岡県", "久留米市", "830"),
)
_lock = threading.Lock()
_faker: Any = None


def mynumber_digit(body: str) -> str:
    """The check digit of a マイナンバー's first eleven digits (総務省令 第85号, 第5条)."""
    total = 0
    for n, digit in enumerate(reversed(body), start=1):
        total += int(digit) * (n + 1 if n <= 6 else n - 5)
    rest = total % 11
    return "0" if rest <= 1 else str(11 - rest)


def make_person(
    seed: int, key: str, *, on: date, kind: str = "", insurers: Insurers | None = None
) -> tuple[Patient, Coverage]:
    """One person and the qualification they hold on a date; the same for the same arguments.

    ``insurers`` gives the (number, name) pairs to draw from by scheme instead of invented ones,
    for products that refuse unknown insurers; everything else about the person stays the same.
    Raises :class:`UnknownNameError` for an unknown ``kind``.
    """
    if kind not in KINDS:
        raise UnknownNameError("kind of person", kind, KINDS)
    with _lock:
        faker = _seeded(f"{seed}/{key}")
        rng: Random = faker.random
        sex: Sex = rng.choice(("1", "2"))
        family, family_kana, _ = faker.last_name_pair()
        given, given_kana = _given(faker, sex)
        other_given, _ = _given(faker, rng.choice(("1", "2")), but=given)
        pref, postcode, municipality, address = _address(faker)
        birthdate = _birthdate(rng, on, kind)
        plan = _plan(rng, kind)
        adult_head = plan in ONE_BY_ONE or (kind != "child" and rng.random() < 0.6)
        patient = Patient(
            key=key,
            family=family,
            given=given,
            family_kana=family_kana,
            given_kana=given_kana,
            sex=sex,
            birthdate=birthdate,
            postcode=postcode,
            address=address,
            municipality=municipality,
            mynumber=_mynumber(rng),
            phone=f"0{rng.choice('3456')}-0000-{rng.randrange(10000):04d}",
            insured_name=f"{family}　{given if adult_head else other_given}",
        )
        coverage = enrol(rng, patient, plan, pref, on, adult_head, insurers)
    if kind == "dialysis":
        coverage = kidney_disease(coverage)
    return patient, coverage


def make_qualification(
    seed: int,
    key: str,
    patient: Patient,
    plan: Plan,
    *,
    on: date,
    acquired: date | None = None,
    insurers: Insurers | None = None,
) -> Qualification:
    """A further qualification of a patient: a new employer's, or a second one."""
    with _lock:
        rng = _seeded(f"{seed}/{key}/qualification").random
        head = patient.insured_name == patient.name
        coverage = enrol(rng, patient, plan, rng.choice(_PLACES)[0], on, head, insurers)
    qualification = coverage.qualification
    if acquired is not None:
        return msgspec.structs.replace(qualification, acquired=acquired)
    return qualification


def make_address(seed: int, key: str, *, other_than: str = "") -> tuple[str, str, str]:
    """Postcode, municipality and address; outside ``other_than``'s prefecture when given."""
    with _lock:
        faker = _seeded(f"{seed}/{key}/address")
        return _address(faker, other_than=other_than)[1:]


def make_sibling(
    patient: Patient, coverage: Coverage, *, on: date, nth: int = 1
) -> tuple[Patient, Coverage]:
    """Another member of the family under the same insured person: other name, birthdate, 枝番.

    Under 後期高齢者医療, which has no families, the sibling has a number of their own.
    """
    return _relative(patient, coverage, on, f"sibling{nth}", nth, same_birthdate=False)


def make_twin(
    patient: Patient, coverage: Coverage, *, on: date, nth: int = 1
) -> tuple[Patient, Coverage]:
    """A twin: as a sibling, but with the same sex and birthdate."""
    return _relative(patient, coverage, on, f"twin{nth}", nth, same_birthdate=True)


def make_card_spec(seed: int, key: str, on: date) -> CardSpec:
    """A マイナンバーカード whose certificates run for another two to four years."""
    rng = Random(f"{seed}/{key}/card")
    until = on + timedelta(days=rng.randint(2 * 365 + 1, 4 * 365))
    return CardSpec(
        serial=f"{rng.getrandbits(64):016X}",
        cert_from=shift_years(until, -5),
        cert_until=until,
    )


# ------------------------------------------------------------------ pieces
def _seeded(name: str) -> Any:
    """Faker's generator, made once with the two providers used, at the start of a stream."""
    global _faker
    if _faker is None:
        from faker.generator import Generator
        from faker.providers.address.ja_JP import Provider as Addresses
        from faker.providers.person.ja_JP import Provider as Names

        made = Generator()
        made.add_provider(Names(made))
        made.add_provider(Addresses(made))
        _faker = made
    _faker.seed_instance(name)
    return _faker


def _given(faker: Any, sex: str, *, but: str = "") -> tuple[str, str]:
    """A given name and its kana; another name than ``but``."""
    draw = faker.first_name_male_pair if sex == "1" else faker.first_name_female_pair
    while True:
        given, kana, _ = draw()
        if given != but:
            return given, kana


def _address(faker: Any, *, other_than: str = "") -> tuple[str, str, str, str]:
    rng: Random = faker.random
    places = [p for p in _PLACES if not other_than or not other_than.startswith(p[1])]
    pref, prefecture, municipality, post = rng.choice(places)
    lot = f"{rng.randint(1, 9)}-{rng.randint(1, 30)}-{rng.randint(1, 25)}".translate(WIDE)
    address = f"{prefecture}{municipality}{faker.town()}{lot}"
    if rng.random() < 0.3:
        address += f"　{faker.building_name()}{str(rng.randint(101, 909)).translate(WIDE)}"
    return pref, f"{post}-{rng.randrange(10000):04d}", municipality, address


def _birthdate(rng: Random, on: date, kind: str) -> date:
    """A birthdate that makes the kind's age true on the date."""
    if kind == "child":
        oldest, youngest = 5, 0
    elif kind == "elderly":
        oldest, youngest = 74, 70
    elif kind == "late_elderly":
        oldest, youngest = 92, 75
    elif kind == "jieitai":
        oldest, youngest = 53, 20
    else:
        oldest, youngest = 64, 30
    first = shift_years(on, -oldest - 1) + timedelta(days=1)
    # 高齢受給者証 counts from the month after the 70th birthday; a newborn needs some days
    last = shift_years(on, -youngest) - timedelta(days=32 if youngest in (0, 70) else 0)
    return first + timedelta(days=rng.randint(0, (last - first).days))


def _plan(rng: Random, kind: str) -> Plan:
    if kind == "late_elderly":
        return "kouki"
    if kind in ("shaho", "kokuho", "kyosai", "jieitai", "seiho"):
        return kind  # type: ignore[return-value]
    shaho = {"elderly": 0.2, "child": 0.7}.get(kind, 0.6)
    return "shaho" if rng.random() < shaho else "kokuho"


def _mynumber(rng: Random) -> str:
    body = f"{rng.randrange(10**11):011d}"
    wrong = (int(mynumber_digit(body)) + rng.randint(1, 9)) % 10
    return f"{body}{wrong}"


def _relative(
    patient: Patient, coverage: Coverage, on: date, what: str, nth: int, *, same_birthdate: bool
) -> tuple[Patient, Coverage]:
    key = f"{patient.key}.{what}"
    q = coverage.qualification
    with _lock:
        faker = _seeded(f"{patient.mynumber}/{key}")
        rng: Random = faker.random
        sex: Sex = patient.sex if same_birthdate else rng.choice(("1", "2"))
        given, given_kana = _given(faker, sex, but=patient.given)
        birthdate = patient.birthdate
        if not same_birthdate:
            gap = rng.choice((-1, 1)) * rng.randint(400, 1500)
            birthdate = min(birthdate + timedelta(days=gap), on - timedelta(days=32))
        mynumber = _mynumber(rng)
        own = another(rng, q, nth)
    other = msgspec.structs.replace(
        patient,
        key=key,
        given=given,
        given_kana=given_kana,
        sex=sex,
        birthdate=birthdate,
        mynumber=mynumber,
        insured_name=f"{patient.family}　{given}"
        if own.plan in ONE_BY_ONE
        else patient.insured_name,
    )
    age = other.age(on)
    qualification = msgspec.structs.replace(
        own,
        acquired=max(q.acquired, birthdate),
        elderly_ratio=20 if 70 <= age < 75 and own.plan not in ONE_BY_ONE else None,
        preschool=age < 6 and own.plan not in ONE_BY_ONE,
        limit=None,
        name_override=None,
        kana_override=None,
        address_override=None,
    )
    return other, msgspec.structs.replace(
        coverage,
        patient=other,
        qualification=qualification,
        holds_from=max(coverage.holds_from, birthdate),
        linked_to="",
        registered=(),
    )
