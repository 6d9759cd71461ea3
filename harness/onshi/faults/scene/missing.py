"""The card lacks an application, or a file of one."""

from __future__ import annotations

from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.cards import edit_card
from onshi.scene import Scene
from onshi.seams import Seam


@fault("scene.missing", Seam.SCENE, title="カードに必要なアプリやファイルがない")
class Missing(Fault, frozen=True, kw_only=True):
    """``what`` is an application (``jpki``, ``text``, ``visual``, ``common``, ``juki``) or one of
    its files in hex (``jpki/0001``); several with commas. Selecting it is answered 6A82.

    Raises :class:`UnknownNameError` for what no card has.
    """

    what: str = "jpki/0001"

    def edit(self, scene: Scene, run: FaultRun) -> None:
        more = tuple(name.strip() for name in self.what.split(","))
        edit_card(scene, missing=(*scene.card.missing, *more))
