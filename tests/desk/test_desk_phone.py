"""What a patient has to lay down: a card, a phone, or nothing."""

from __future__ import annotations

import pytest

from onshi import Desk


def shown(desk: Desk) -> list[str]:
    """What the face reader showed, each time somebody stood before it."""
    return [e["screen"] for e in desk.journal.events() if e["event"] == "terminal"]


@pytest.mark.parametrize(
    ("trouble", "screens"),
    [
        ("reader.smartphone_unsupported", ["このリーダーではスマートフォンを使えません"]),
        ("reader.smartphone_child_not_supported", ["15歳未満の方はスマートフォンを使えません"]),
        ("card.absent_no_proof", []),
        ("card.absent_during_renewal", []),
    ],
)
def test_at_the_face_reader(trouble: str, screens: list[str]) -> None:
    with Desk(date="2025-10-20", doors=("folder", "face")) as desk:
        desk.visit(trouble, {"face"}).present()
        assert shown(desk) == screens
        assert list((desk.folder / "face").iterdir()) == []


@pytest.mark.parametrize("trouble", ["reader.smartphone_unsupported", "card.absent_no_proof"])
def test_at_the_card_reader_there_is_no_card(trouble: str) -> None:
    with Desk(date="2025-10-20") as desk:
        visit = desk.visit(trouble, {"pcsc"})
        visit.present()
        assert not desk.reader.has_card()
        desk.next_patient()
        assert not desk.reader.has_card(), "as long as the trouble lasts"
