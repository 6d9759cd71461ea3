"""The card of who stands at the desk: which it is, and whether it lies on the reader."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from onshi.card import VirtualCard
from onshi.card.device import load_device
from onshi.errors import CannotDeliverError
from onshi.journal import Journal, Lane
from onshi.reader import ReaderEngine
from onshi.scene import Scene
from onshi.seams import CardLink, Hands

__all__ = ["Tray"]


class Tray:
    """The patient's own card as the scene has it, or one that the desk was given.

    ``given`` makes the latter; it is given the card's lane of the journal, and lies there until
    the next patient comes (:attr:`laid`). ``hands`` are people's, who make mistakes; ``reader``
    knows what really is in it. ``anew``: a fault changes how a card comes to lie, so the one that
    lies there is to be laid down once more (:meth:`settle`).
    """

    def __init__(
        self,
        scene: Scene,
        reader: ReaderEngine,
        hands: Hands,
        *,
        journal: Journal,
        seed: int,
        given: Callable[[Lane], CardLink] | None,
    ) -> None:
        self._scene, self._reader, self._hands = scene, reader, hands
        self._journal, self._seed = journal, seed
        self._card: VirtualCard | None = None
        self._lies = False
        self.laid = given(journal.only("card")) if given else None
        self._laid_as = msgspec.structs.replace(scene.card)
        self.anew = False

    @property
    def card(self) -> VirtualCard:
        """The patient's own: the same one until it is laid down or shown again."""
        return self._own() if self._card is None else self._card

    def _own(self) -> VirtualCard:
        """The patient's own as the scene has it by now."""
        spec = self._scene.card
        patient = spec.holder or self._scene.patient
        if self._card is None or (self._card.spec, self._card.patient) != (spec, patient):
            lane = self._journal.only("card")
            spec, patient = msgspec.structs.replace(spec), msgspec.structs.replace(patient)
            self._card = VirtualCard(spec, patient, seed=self._seed, lane=lane)
        return self._card

    def _at_hand(self) -> CardLink:
        return self._own() if self.laid is None else self.laid

    # ------------------------------------------------------------- by people
    def insert(self) -> None:
        """Somebody lays it down."""
        self._lies = True
        self._hands.insert(self._at_hand())

    def remove(self) -> None:
        """Somebody takes it away."""
        self._lies = False
        self._hands.remove()

    def change_kind(self, kind: str) -> None:
        """The patient's card is of another kind, a name of ``devices/cards``, and is laid down.

        Raises :class:`UnknownNameError`.
        """
        load_device(kind)
        self.laid = None
        self._scene.card = msgspec.structs.replace(self._scene.card, kind=kind, atr=None)
        self.remove()
        self.insert()

    def next_patient(self) -> None:
        """The scene has another patient: their card is at hand, a given one is not theirs."""
        self.laid = None
        self._own()

    # --------------------------------------------------------- by the harness
    def clear(self) -> None:
        """No card on the reader, whatever anybody forgot there."""
        self._lies = self.anew = False
        self._reader.remove()

    def settle(self) -> None:
        """The card is where hands with the faults of now would have it."""
        if self.anew and self._lies:
            self.clear()
            self.insert()
        elif self._lies and not self._reader.has_card():
            self.insert()
        elif not self._lies:
            self._reader.remove()
        self.anew = False

    def show_again(self) -> None:
        """The scene has changed: a card on the reader is put there anew, as it is by now.

        Raises :class:`CannotDeliverError` where the scene asks for another card than the recorded
        one that lies there.
        """
        if self.laid is not None and self._scene.card != self._laid_as:
            raise CannotDeliverError(
                "a recorded card is as it was recorded, and nothing can be changed on it: use a "
                "fault of the seam card (card.status_word ...), or the patient's own card"
            )
        if self._reader.has_card():
            self._reader.insert(self._at_hand())
