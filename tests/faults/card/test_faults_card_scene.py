"""What is on the card, or is not: met by OpenSC, Java and openssl, and by the face reader.

The facts are those on cards, sections 1, 2, 5 and 6; what the face reader shows is our wording.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from meeting import JPKI, QUERY, Meeting

from onshi.errors import OnshiError, UnknownNameError

AUTH = ("pkcs15-tool", "--read-certificate", "1")
SIGN = ("pkcs15-tool", "--read-certificate", "2", "--verify-pin", "-a", "2", "--pin", "ABC123")
APPLICATIONS = {
    "jpki": JPKI,
    "text": "00A4040C0AD3921000310001010408",
    "visual": "00A4040C0AD3921000310001010402",
    "common": "00A4040C0AD3921000310001010100",
    "juki": "00A4040C0AD3921000310001010401",
}
PINS = {
    "auth": ("jpki", "0018", 3),
    "sign": ("jpki", "001B", 5),
    "text": ("text", "0011", 3),
    "juki": ("juki", "001C", 3),
    "text_a": ("text", "0014", 10),
    "text_b": ("text", "0015", 10),
    "visual_a": ("visual", "0013", 10),
    "visual_b": ("visual", "0012", 10),
    "visual_birth": ("visual", "0011", 10),
}
"""Application, file and tries: facts on cards, section 2."""


def asked(meeting: Meeting, *apdus: str) -> list[str]:
    """What Java got for each."""
    seen = meeting.java("connect", *(f"apdu {a}" for a in apdus), "disconnect")
    return [s.removeprefix("ok ") for s in seen[1:-1]]


def days(meeting: Meeting) -> tuple[date, date]:
    """First and last day of the 利用者証明用 certificate, as openssl reads it."""
    script = "pkcs15-tool --read-certificate 1 | openssl x509 -noout -dates -dateopt iso_8601"
    ran = meeting.run("sh", "-c", script)
    found = re.findall(r"=(\d{4}-\d\d-\d\d)", ran.out)
    assert len(found) == 2, ran.text
    return date.fromisoformat(found[0]), date.fromisoformat(found[1])


def face_files(meeting: Meeting) -> list[Path]:
    """The result files after the person has been to the face reader."""
    meeting.desk.drop_face_file()
    return sorted((meeting.desk.folder / "face").glob("*.xml"))


def screen(meeting: Meeting) -> str:
    """What the face reader showed last."""
    shown: str = list(meeting.desk.journal.events("desk", "terminal"))[-1]["screen"]
    return shown


@pytest.fixture
def counter(meet: Callable[..., Meeting]) -> Meeting:
    """A desk with a face reader, too."""
    return meet(doors=("pcsc", "folder", "face"))


# ------------------------------------------------------------------ wrong card
@pytest.mark.parametrize(
    ("kind", "atr", "jpki", "opensc"),
    [
        ("suica", "3B8F8001804F0CA00000030611003B0000000042", "6A82", "Unsupported card"),
        ("drivers_license", "3B888001000000009181C100D8", "6A82", "Unsupported card"),
        ("credit_card", "3BE700FF8131FE458031C073C62148BE", "6A82", "Unsupported card"),
        ("blank", "3B8F8001804F0CA000000306030001000000006A", "6A82", "Unsupported card"),
        ("jukicard", "3B888001000014E0B38191005E", "9000", "jpki"),
    ],
)
def test_another_kind_of_card(
    counter: Meeting, kind: str, atr: str, jpki: str, opensc: str
) -> None:
    counter.inject("scene.wrong_card", kind=kind)
    seen = counter.java("connect", f"apdu {JPKI}", "disconnect")
    assert seen[:2] == [f"ok {atr}", f"ok {jpki}"]
    assert opensc in counter.opensc("-n").out
    assert face_files(counter) == []
    assert screen(counter) == "マイナンバーカードではありません"
    counter.desk.injections.lift_fault("scene.wrong_card")
    assert asked(counter, JPKI, "00A4020C02000A") == ["9000", "9000"]
    assert len(face_files(counter)) == 1


def test_a_dead_chip(counter: Meeting) -> None:
    counter.inject("scene.wrong_card", kind="dead_chip")
    assert counter.java("connect") == ["CardException: SCARD_W_UNPOWERED_CARD"]
    assert counter.raw("connect") == ["80100067"]
    assert face_files(counter) == []
    assert screen(counter) == "カードを読み取れませんでした"
    counter.desk.injections.lift_fault("scene.wrong_card")
    assert asked(counter, JPKI) == ["9000"]


@pytest.mark.parametrize(
    ("kind", "auth", "sign"), [("mynumber_child", 0, 255), ("mynumber_pinless", 255, 255)]
)
def test_a_card_with_pins_that_do_not_work(
    counter: Meeting, kind: str, auth: int, sign: int
) -> None:
    counter.inject("scene.wrong_card", kind=kind)
    ran = counter.run("pkcs15-tool", "--verify-pin", "-a", "1", "--pin", "1234")
    assert ran.rc == auth
    assert counter.run(*AUTH).rc == 0
    ran = counter.run(*SIGN)
    assert (ran.rc, "Reference data not usable" in ran.err) == (sign, True)
    assert len(face_files(counter)) == 1


@pytest.mark.parametrize("who", ["stranger", "family"])
def test_somebody_elses_card(counter: Meeting, who: str) -> None:
    own = counter.run(*AUTH).out
    counter.inject("scene.wrong_card", other_person=True, who=who)
    other = counter.run(*AUTH)
    assert "BEGIN CERTIFICATE" in other.out
    assert other.out != own
    holder = counter.desk.scene.card.holder
    assert holder is not None
    assert holder.name != counter.desk.patient.name
    text = [APPLICATIONS["text"], "00A4020C020011", "002000800431323334", "00A4020C020002"]
    assert holder.name.encode().hex().upper() in asked(counter, *text, "00B0000000")[-1]
    assert face_files(counter) == []
    assert screen(counter) == "顔がカードの写真と一致しません"
    counter.desk.injections.lift_fault("scene.wrong_card")
    assert counter.run(*AUTH).out == own
    assert len(face_files(counter)) == 1


def test_a_kind_that_does_not_exist(meeting: Meeting) -> None:
    with pytest.raises(UnknownNameError, match=r"unknown card: 'suika'; did you mean suica"):
        meeting.inject("scene.wrong_card", kind="suika")
    assert meeting.run(*AUTH).rc == 0


# --------------------------------------------------------------------- missing
@pytest.mark.parametrize("name", APPLICATIONS)
def test_a_missing_application(meeting: Meeting, name: str) -> None:
    meeting.inject("scene.missing", what=name)
    seen = asked(meeting, *APPLICATIONS.values())
    assert dict(zip(APPLICATIONS, seen, strict=True)) == {
        one: "6A82" if one == name else "9000" for one in APPLICATIONS
    }


@pytest.mark.parametrize(("fid", "gone", "stays"), [("000A", AUTH, SIGN), ("0001", SIGN, AUTH)])
def test_a_missing_certificate(
    meeting: Meeting, fid: str, gone: tuple[str, ...], stays: tuple[str, ...]
) -> None:
    meeting.inject("scene.missing", what=f"jpki/{fid}")
    assert asked(meeting, JPKI, f"00A4020C02{fid}")[1] == "6A82"
    ran = meeting.run(*gone)
    assert (ran.rc, "File not found" in ran.err) == (1, True)
    assert meeting.run(*stays).rc == 0
    meeting.desk.injections.lift_fault("scene.missing")
    assert meeting.run(*gone).rc == 0


def test_several_are_missing(counter: Meeting) -> None:
    counter.inject("scene.missing", what="jpki/000A, text")
    assert asked(counter, APPLICATIONS["text"], JPKI, "00A4020C02000A") == ["6A82", "9000", "6A82"]
    assert face_files(counter) == []
    assert screen(counter) == "カードを読み取れませんでした"


@pytest.mark.parametrize("what", ["jpkii", "jpki/0099", "", "text/zz"])
def test_what_no_card_has_cannot_be_missing(meeting: Meeting, what: str) -> None:
    with pytest.raises(UnknownNameError, match="in missing"):
        meeting.inject("scene.missing", what=what)
    assert meeting.run(*AUTH).rc == 0


# --------------------------------------------------------------------- damaged
def checked(meeting: Meeting, read: tuple[str, ...], folder: Path) -> list[str]:
    """openssl's opinion: of the chain, and of a signature by the card's key."""
    use, ca, pin = ("1", "3", "1234") if read == AUTH else ("2", "4", "ABC123")
    script = f"""
        {" ".join(read)} -o cert.pem 2>/dev/null
        pkcs15-tool --read-certificate {ca} -o ca.pem 2>/dev/null
        openssl verify -no_check_time -CAfile ca.pem cert.pem >chain 2>&1; echo $?
        openssl x509 -in cert.pem -pubkey -noout >pub.pem
        printf data >f
        openssl dgst -sha256 -binary f >f.sha
        pkcs15-crypt -s -k {use} --pkcs1 --sha-256 -i f.sha -o f.sig --pin {pin} 2>/dev/null
        openssl dgst -sha256 -verify pub.pem -signature f.sig f >signed 2>&1; echo $?
    """
    return meeting.run("sh", "-c", f"cd {folder}; {script}").out.split()


@pytest.mark.parametrize("use", ["auth", "sign"])
@pytest.mark.parametrize(
    ("how", "opinion"), [(None, ["0", "0"]), ("bit_flip", ["2", "0"]), ("wrong_key", ["0", "1"])]
)
def test_a_certificate_that_is_no_good(
    meeting: Meeting, tmp_path: Path, use: str, how: str | None, opinion: list[str]
) -> None:
    if how is not None:
        meeting.inject("scene.damaged_certificate", use=use, how=how)
    assert checked(meeting, AUTH if use == "auth" else SIGN, tmp_path) == opinion


@pytest.mark.parametrize(("use", "read"), [("auth", AUTH), ("sign", SIGN)])
def test_a_certificate_that_ends_early(meeting: Meeting, use: str, read: tuple[str, ...]) -> None:
    meeting.inject("scene.damaged_certificate", use=use, how="cut")
    ran = meeting.run(*read)
    assert (ran.rc, "Invalid ASN.1 object" in ran.err) == (1, True)
    meeting.desk.injections.lift_fault("scene.damaged_certificate")
    assert meeting.run(*read).rc == 0


@pytest.mark.parametrize(("use", "files"), [("auth", 0), ("sign", 1)])
def test_the_face_reader_needs_one_of_the_two(counter: Meeting, use: str, files: int) -> None:
    counter.inject("scene.damaged_certificate", use=use)
    assert len(face_files(counter)) == files


# ---------------------------------------------------------------- certificates
TODAY = date(2025, 10, 20)


@pytest.mark.parametrize(
    ("fault", "settings", "words"),
    [
        ("certificate", {"expired_days": 150}, "006 電子証明書の有効期限が切れている"),
        ("certificate_not_yet_valid", {}, "電子証明書の有効期間がまだ始まっていません"),
        ("certificate_revoked", {}, "006 電子証明書が失効している"),
        ("certificate_renewed", {}, "更新された電子証明書がまだ登録されていません"),
        ("certificate_expired_early", {}, "006 電子証明書が失効している"),
    ],
)
def test_no_good_for_the_face_reader_and_as_ever_for_the_chip(
    counter: Meeting, tmp_path: Path, fault: str, settings: dict[str, int], words: str
) -> None:
    counter.inject(f"scene.{fault}", **settings)
    assert face_files(counter) == []
    assert screen(counter).startswith(words)
    assert checked(counter, AUTH, tmp_path) == ["0", "0"]
    counter.desk.injections.lift_fault(f"scene.{fault}")
    assert len(face_files(counter)) == 1


def test_dates_of_certificates(meet: Callable[..., Meeting]) -> None:
    def with_fault(name: str, **settings: object) -> tuple[date, date]:
        meeting = meet()
        meeting.inject(name, **settings)
        return days(meeting)

    assert with_fault("scene.certificate", expired_days=150)[1] == date(2025, 5, 23)
    assert with_fault("scene.certificate_not_yet_valid", days=3)[0] == date(2025, 10, 23)
    for fault in ("scene.certificate_revoked", "scene.certificate_expired_early"):
        first, last = with_fault(fault)
        assert first < TODAY < last


def test_renewed_is_known_after_two_days(counter: Meeting) -> None:
    counter.inject("scene.certificate_renewed", days_ago=1)
    first, last = days(counter)
    birthday = counter.desk.patient.birthdate
    assert first == date(2025, 10, 19)
    assert (last.month, last.day) == (birthday.month, birthday.day)
    assert 4 * 365 < (last - first).days < 5 * 366
    for day, files in (("2025-10-20", 0), ("2025-10-21", 0), ("2025-10-22", 1)):
        counter.desk.travel(day)
        assert len(face_files(counter)) == files, day


@pytest.mark.parametrize("seed", range(3))
def test_ended_with_the_fifth_birthday(meet: Callable[..., Meeting], seed: int) -> None:
    meeting = meet(seed=seed)
    meeting.inject("scene.certificate_expired_early", reason="fifth_birthday")
    first, last = days(meeting)
    born = meeting.desk.patient.birthdate
    assert (last.month, last.day) == (born.month, born.day)
    assert last < TODAY < first.replace(year=first.year + 5)
    at_issue, at_end = meeting.desk.patient.age(first), meeting.desk.patient.age(last)
    assert at_end - at_issue == 5


@pytest.mark.parametrize("reason", ["moved", "name_change"])
def test_ended_for_another_reason_is_in_date(meeting: Meeting, reason: str) -> None:
    meeting.inject("scene.certificate_expired_early", reason=reason)
    first, last = days(meeting)
    assert first < TODAY < last
    assert (TODAY - first).days < 5 * 365
    assert [e["reason"] for e in meeting.desk.journal.events("fault", "reason")] == [reason]


# ----------------------------------------------------------------------- tries
@pytest.mark.parametrize("name", PINS)
@pytest.mark.parametrize("left", [0, 1, 2])
def test_tries_left_of_every_pin(meeting: Meeting, name: str, left: int) -> None:
    application, fid, most = PINS[name]
    meeting.inject("scene.pin_tries", **{name: left})
    wrong = "0020008003" + "393939"
    seen = asked(meeting, APPLICATIONS[application], f"00A4020C02{fid}", QUERY, wrong, wrong)
    later = {0: ["63C0", "6984", "6984"], 1: ["63C1", "63C0", "6984"], 2: ["63C2", "63C1", "63C0"]}
    assert seen[2:] == later[left]
    for other, (ap, file, tries) in PINS.items():
        if other != name and other in ("auth", "sign", "text_a", "visual_b"):
            got = asked(meeting, APPLICATIONS[ap], f"00A4020C02{file}", QUERY)[2]
            assert got == f"63C{tries:X}", other
    meeting.desk.injections.lift_fault("scene.pin_tries")
    got = asked(meeting, APPLICATIONS[application], f"00A4020C02{fid}", QUERY)[2]
    assert got == f"63C{most:X}"


def test_opensc_counts_the_tries_left(meeting: Meeting) -> None:
    meeting.inject("scene.pin_tries", auth=0, sign=2)
    listed = meeting.run("pkcs15-tool", "--list-pins").out
    assert re.findall(r"Tries left\s*: (\d+)", listed) == ["0", "2"]
    ran = meeting.run("pkcs15-tool", "--verify-pin", "-a", "1", "--pin", "1234")
    assert (ran.rc != 0, "Reference data not usable" in ran.err) == (True, True)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"auth": 4}, "auth is 0 to 3, not 4"),
        ({"sign": 6}, "sign is 0 to 5, not 6"),
        ({"text": -1}, "text is 0 to 3, not -1"),
        ({"visual_b": 11}, "visual_b is 0 to 10, not 11"),
        ({"text_c": 1}, "did you mean text_"),
    ],
)
def test_tries_that_no_card_has(meeting: Meeting, settings: dict[str, int], words: str) -> None:
    with pytest.raises(OnshiError, match=words):
        meeting.inject("scene.pin_tries", **settings)
