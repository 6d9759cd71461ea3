"""What a CardSpec can ask for: missing files, damaged certificates, tries, knobs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from card_talk import COMMON, ISD, JPKI, JUKI, TEXT, VISUAL, Talk
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from onshi.card import VirtualCard, common, isd, jpki, juki, text, visual
from onshi.card.certificates import ca_certificate
from onshi.card.damage import DAMAGES
from onshi.card.knobs import Knobs
from onshi.card.names import AP_IDS, FILE_WORDS
from onshi.card.spec import FILES
from onshi.errors import OnshiError
from onshi.people.records import CardSpec, Patient
from onshi.seams import Power

Make = Callable[..., Talk]
AIDS = {"jpki": JPKI, "text": TEXT, "visual": VISUAL, "common": COMMON, "juki": JUKI}


# ------------------------------------------------------------------- missing
@pytest.mark.parametrize("application", AIDS)
def test_every_file_that_can_be_missing_is_there(make_talk: Make, application: str) -> None:
    talk = make_talk(application=AIDS[application])
    there = [n for n in range(0x20) if talk(f"00A4020C02{n:04X}") == "9000"]
    assert there == sorted(FILES[application])


@pytest.mark.parametrize("application", AIDS)
def test_a_missing_application(make_talk: Make, application: str) -> None:
    talk = make_talk(jpki=False, missing=(application,))
    found = {name: talk(select) for name, select in AIDS.items()}
    assert found == {name: "6A82" if name == application else "9000" for name in AIDS}


def test_a_missing_file_cannot_be_selected_or_read(make_talk: Make) -> None:
    talk = make_talk(missing=("jpki/000a", "text/0002"))
    assert talk("00A4020C02000A") == "6A82"
    assert talk("00B08A0004") == "6A82"
    assert talk("00A4020C02000B") == "9000"
    assert talk(TEXT, "00A4020C020002") == "6A82"
    assert talk("00A4020C020001") == "9000"


def test_a_missing_pin(make_talk: Make) -> None:
    talk = make_talk(missing=("jpki/0018",))
    assert talk("0020009804" + "31323334") == "6A82"


def test_a_card_without_jpki_has_no_certificate(make_card: Callable[..., VirtualCard]) -> None:
    card = make_card(missing=("jpki",))
    assert card.tries("auth") == 0
    with pytest.raises(OnshiError, match="no certificates"):
        card.certificate("auth")


def test_the_juki_pin_is_there_with_either_application(
    make_card: Callable[..., VirtualCard],
) -> None:
    assert make_card(missing=("common",)).tries("juki") == 3
    assert make_card(missing=("juki",)).tries("juki") == 3
    assert make_card(missing=("juki", "common")).tries("juki") == 0


# -------------------------------------------------------------------- damage
def written(make_talk: Make, how: str, use: str = "auth", **settings: Any) -> bytes:
    talk = make_talk(damage={use: how}, **settings)
    if use == "sign":
        talk.verify("sign", "ABC123")
    return talk.read({"auth": "000A", "sign": "0001"}[use])


@pytest.mark.parametrize("use", ["auth", "sign"])
def test_one_bit(make_talk: Make, use: str) -> None:
    """Parses as ever; only a check of the signature finds it."""
    data = written(make_talk, "bit_flip", use)
    card = make_talk().card
    sound = card.certificate(use)  # type: ignore[arg-type]
    differing = [a ^ b for a, b in zip(sound, data, strict=False) if a != b]
    assert len(differing) == 1
    assert differing[0].bit_count() == 1
    certificate = x509.load_der_x509_certificate(data[: len(sound)])
    with pytest.raises(InvalidSignature):
        certificate.verify_directly_issued_by(x509.load_der_x509_certificate(ca_certificate(use)))
    assert len(data) == 2000


def test_cut(make_talk: Make) -> None:
    """The header promises more than there is; the file has its size."""
    data = written(make_talk, "cut")
    promised = int.from_bytes(data[2:4], "big") + 4
    assert len(data) == 2000
    assert set(data[promised - 100 :]) == {0xFF}
    with pytest.raises(ValueError):
        x509.load_der_x509_certificate(data[:promised])


def test_wrong_key(make_talk: Make) -> None:
    """A sound certificate, but not of the key that signs."""
    talk = make_talk(damage={"auth": "wrong_key"})
    data = talk.read("000A")
    certificate = x509.load_der_x509_certificate(data[: int.from_bytes(data[2:4], "big") + 4])
    certificate.verify_directly_issued_by(x509.load_der_x509_certificate(ca_certificate("auth")))
    talk.verify("auth", "1234")
    signature = bytes.fromhex(talk("802A0397" + "04" + b"data".hex() + "00")[:-4])
    sound = x509.load_der_x509_certificate(talk.card.certificate("auth"))
    assert certificate.subject == sound.subject
    for one, verifies in ((sound, True), (certificate, False)):
        key = one.public_key()
        assert isinstance(key, rsa.RSAPublicKey)
        try:
            key.verify(signature, b"data", padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            assert not verifies
        else:
            assert verifies


@pytest.mark.parametrize("how", DAMAGES)
def test_damage_is_of_one_certificate_and_of_the_seed(make_talk: Make, how: str) -> None:
    sound = written(make_talk, how, "sign"), make_talk().read("000A")
    assert make_talk(damage={"sign": how}).read("000A") == sound[1]
    assert written(make_talk, how, "sign") == sound[0]


# --------------------------------------------------------------------- tries
STARTS = {
    "text": (TEXT, "91"),
    "text_a": (TEXT, "94"),
    "text_b": (TEXT, "95"),
    "visual_birth": (VISUAL, "91"),
    "visual_b": (VISUAL, "92"),
    "visual_a": (VISUAL, "93"),
    "juki": (COMMON, "9C"),
}


@pytest.mark.parametrize(("pin", "where"), STARTS.items())
def test_tries_at_the_start(make_talk: Make, pin: str, where: tuple[str, str]) -> None:
    talk = make_talk(application=where[0], other_tries={pin: 1})
    assert talk(f"002000{where[1]}") == "63C1"
    assert talk(f"002000{where[1]}0439393939") == "63C0"
    assert talk(f"002000{where[1]}0439393939") == "6984"
    assert talk.card.tries(pin) == 0  # type: ignore[arg-type]
    blocked = make_talk(application=where[0], other_tries={pin: 0})
    assert blocked(f"002000{where[1]}") == "63C0"
    assert blocked(f"002000{where[1]}0431323334") == "6984"


# --------------------------------------------------------------------- knobs
def test_prefix_select(make_talk: Make) -> None:
    short = "00A4040C05D392F00026"
    assert make_talk()(short) == "6A82"
    talk = make_talk(jpki=False, knobs={"prefix_select": True})
    assert talk(short) == "9000"
    assert talk("00A4020C020018") == "9000"
    assert talk("00A4040C05D392100031") == "9000"
    assert talk("00A4020C020014") == "9000"
    assert talk("00A4040C04D3921000") == "6A82"
    assert talk("00A4040C05D392100032") == "6A82"
    assert talk("00A4040C0BD392F00026010000000100") == "6A82"
    assert talk("00A4040C05A000000151") == "9000"


def test_fci(make_talk: Make) -> None:
    talk = make_talk(jpki=False, knobs={"fci": True})
    aid = JPKI[10:]
    assert talk(JPKI) == "9000"
    assert talk(f"00A404000A{aid}00") == f"6F0C840A{aid}9000"
    assert talk("00A4020002000A") == "9000"


def test_query_after_success(make_talk: Make) -> None:
    talk = make_talk(knobs={"query_after_success": "9000"})
    assert talk("00200098") == "63C3"
    talk.verify("auth", "1234")
    assert talk("00200098") == "9000"
    assert talk(ISD, JPKI, "00200098") == "63C3"


def test_blocked_status_word(make_talk: Make) -> None:
    talk = make_talk(auth_tries=0, knobs={"blocked_sw": "6983"})
    assert talk.verify("auth", "1234") == "6983"
    assert talk("00200098") == "63C0"


def test_numbers_of_tries(make_talk: Make) -> None:
    talk = make_talk(application=VISUAL, knobs={"number_tries": 3, "birth_tries": 5})
    assert [talk(f"0020009{n}") for n in (1, 2, 3)] == ["63C5", "63C3", "63C3"]
    talk.verify("0013", "9" * 12)
    talk.verify("0013", talk.card.secrets.number_a)
    assert talk("00200093") == "63C3"


def test_extended_read(make_talk: Make) -> None:
    whole, short = make_talk(), make_talk(knobs={"extended_read": "short"})
    for talk, size in ((whole, 0x600), (short, 256)):
        talk.select("000A")
        assert len(talk("00B00000000600")) == 2 * size + 4


def test_read_at_the_end(make_talk: Make) -> None:
    talk = make_talk(knobs={"read_at_end": "empty"})
    talk.select("0006")
    assert talk("00B000A010") == "9000"
    assert talk("00B000A110") == "6B00"


@pytest.mark.parametrize(("uid", "answer"), [("04A1B2C3", "04A1B2C39000"), ("none", "6A81")])
def test_uid(make_talk: Make, uid: str, answer: str) -> None:
    talk = make_talk(knobs={"uid": uid})
    assert talk("FFCA000000") == answer
    talk.card.power(Power.ON)
    assert talk("FFCA000000") == answer


def test_each_knob_does_something_here(request: pytest.FixtureRequest) -> None:
    """No knob that only exists: every one is turned in a test of this folder."""
    folder = request.path.parent
    texts = "".join(p.read_text() for p in folder.glob("test_card_*.py"))
    for name in Knobs.__struct_fields__:
        start = name.removesuffix("_contactless").removesuffix("_contact")
        assert f'"{name}":' in texts or f'f"{start}_{{turned}}":' in texts, name


def test_the_manual_has_every_knob_with_its_default() -> None:
    page = (Path(__file__).parents[2] / "docs" / "card.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| `?([^|`]+?)`? \|", page, re.M))
    defaults = msgspec.to_builtins(Knobs())
    for name, default in defaults.items():
        assert rows[name] == json.dumps(default), name


def test_a_trace_names_the_same_applications_and_files() -> None:
    named = {id: bytes.fromhex(aid) for aid, id in AP_IDS.items()}
    own = {"jpki": jpki, "text": text, "visual": visual, "common": common, "juki": juki}
    assert named == {"isd": isd.AID, **{id: module.AID for id, module in own.items()}}
    for id, words in FILE_WORDS.items():
        assert set(words) <= set(FILES[id]), id


# ------------------------------------------------------------- refused specs
@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"missing": ("jpkii",)}, "did you mean jpki"),
        ({"missing": ("jpki/0003",)}, r"unknown file in missing.*0001, 0002"),
        ({"missing": ("jpki/01",)}, "unknown file"),
        ({"missing": ("jpki/",)}, "unknown file"),
        ({"missing": ("isd",)}, "unknown application"),
        ({"damage": {"auht": "cut"}}, "did you mean auth"),
        ({"damage": {"auth": "bitflip"}}, "did you mean bit_flip"),
        ({"other_tries": {"text_c": 1}}, "did you mean text"),
        ({"other_tries": {"auth": 1}}, "auth_tries"),
        ({"other_tries": {"text": 16}}, "other_tries of text: a card counts from 0 to 15"),
        ({"text_pin": ""}, "text_pin"),
        ({"juki_pin": "１２３４"}, "juki_pin"),
        ({"knobs": {"fcii": True}}, "did you mean fci"),
        ({"knobs": {"fci": "yes"}}, r"fci.*docs/card\.md"),
        ({"knobs": {"number_tries": 0}}, "number_tries"),
        ({"knobs": {"blocked_sw": "83"}}, "blocked_sw"),
        ({"knobs": {"uid": "xyz"}}, "uid"),
        ({"cert_until": date(2020, 1, 1)}, "before it begins"),
    ],
)
def test_refused(
    make_card: Callable[..., VirtualCard], settings: dict[str, Any], said: str
) -> None:
    with pytest.raises(OnshiError, match=said):
        make_card(**settings)


def test_a_spec_changed_later_does_not_reach_into_the_card(patient: Patient) -> None:
    spec = CardSpec(cert_from=date(2024, 1, 1), cert_until=date(2029, 1, 1))
    card = VirtualCard(spec, patient, seed=1)
    spec.damage["auth"] = "cut"
    spec.other_tries["text"] = 0
    assert card.spec.damage == {}
    assert card.tries("text") == 3


def test_secrets_are_plain_data(make_card: Callable[..., VirtualCard]) -> None:
    plain = msgspec.to_builtins(make_card().secrets)
    assert set(plain) == {
        *("auth_pin", "sign_pin", "text_pin", "juki_pin"),
        *("number_a", "number_b", "birth", "security_code"),
    }
    assert len(plain["number_b"]) == 14


def test_names_of_pins(make_card: Callable[..., VirtualCard]) -> None:
    with pytest.raises(OnshiError, match="did you mean text"):
        make_card().tries("texxt")  # type: ignore[arg-type]
