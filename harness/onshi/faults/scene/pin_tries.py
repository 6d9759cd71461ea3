"""The card comes with PIN tries already used up."""

from __future__ import annotations

from typing import Any

from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.cards import edit_card
from onshi.scene import Scene
from onshi.seams import Seam

_MOST = {"auth": 3, "sign": 5, "text": 3, "juki": 3}
_NUMBERS = ("text_a", "text_b", "visual_a", "visual_b", "visual_birth")
_MOST_FOR_NUMBERS = 10


@fault("scene.pin_tries", Seam.SCENE, title="暗証番号の残り回数が減っている・ロックされている")
class PinTries(Fault, frozen=True, kw_only=True):
    """Tries left by PIN; 0 is locked: VERIFY 6984, and the question how many are left 63C0.

    ``auth`` 利用者証明用 and ``text`` 券面事項入力補助用 and ``juki`` 住民基本台帳用 have 3,
    ``sign`` 署名用 has 5. 照合番号 A and B of the text and of the visual application and
    ``visual_birth`` 生年月日 count for themselves, of 10. What is not named stays as it is.
    """

    auth: int | None = None
    sign: int | None = None
    text: int | None = None
    juki: int | None = None
    text_a: int | None = None
    text_b: int | None = None
    visual_a: int | None = None
    visual_b: int | None = None
    visual_birth: int | None = None

    def __post_init__(self) -> None:
        for name, tries in self._named().items():
            most = _MOST.get(name, _MOST_FOR_NUMBERS)
            if not 0 <= tries <= most:
                raise ValueError(f"{name} is 0 to {most}, not {tries}")

    def _named(self) -> dict[str, int]:
        values = {name: getattr(self, name) for name in (*_MOST, *_NUMBERS)}
        return {name: tries for name, tries in values.items() if tries is not None}

    def edit(self, scene: Scene, run: FaultRun) -> None:
        named = self._named()
        own = {f"{n}_tries": named.pop(n) for n in ("auth", "sign") if n in named}
        changes: dict[str, Any] = {**own, "other_tries": {**scene.card.other_tries, **named}}
        edit_card(scene, **changes)
