"""Is this a card that can be? What is wrong is said before a card is made."""

from __future__ import annotations

from onshi.card import common, jpki, juki, text, visual
from onshi.card.damage import DAMAGES
from onshi.card.pins import check_pins
from onshi.errors import OnshiError, UnknownNameError
from onshi.people.records import CardSpec

__all__ = ["FILES", "check", "missing_files"]

FILES: dict[str, tuple[int, ...]] = {
    "jpki": jpki.FIDS,
    "text": text.FIDS,
    "visual": visual.FIDS,
    "common": common.FIDS,
    "juki": juki.FIDS,
}
"""Applications of a whole card and their files."""


def check(spec: CardSpec) -> None:
    """Raises :class:`OnshiError`, with a suggestion for a name that is nearly right."""
    if spec.cert_until < spec.cert_from:
        raise OnshiError(
            f"the card's certificate would end ({spec.cert_until}) before it begins "
            f"({spec.cert_from}): check cert_from and cert_until"
        )
    check_pins(spec)
    for use, how in spec.damage.items():
        if use not in ("auth", "sign"):
            raise UnknownNameError("certificate in damage", use, ["auth", "sign"])
        if how not in DAMAGES:
            raise UnknownNameError(f"damage of the {use} certificate", how, DAMAGES)
    for name in spec.missing:
        _check_missing(name)


def missing_files(spec: CardSpec, application: str) -> set[int]:
    """The files of an application that this card lacks."""
    files = (name.partition("/") for name in spec.missing)
    return {int(fid, 16) for ap, _, fid in files if ap == application and fid}


def _check_missing(name: str) -> None:
    application, slash, fid = name.partition("/")
    if application not in FILES:
        raise UnknownNameError("application in missing", application, FILES)
    known = [f"{application}/{one:04X}" for one in FILES[application]]
    if slash and f"{application}/{fid.upper()}" not in known:
        files = ", ".join(one.partition("/")[2] for one in known)
        hint = f"files of {application}: {files}"
        raise UnknownNameError("file in missing", name, known, hint)
