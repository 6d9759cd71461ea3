"""The card's operating system: what it answers to SELECT, READ BINARY, VERIFY, sign.

Behaviour follows JICSAP 1.1 / JIS X 6320-4 as observed on real cards (facts: card page,
sections 0-3); there is no public specification of the マイナンバーカード itself. Points that no
source states are marked *inferred*.

Not thread-safe: one reader talks to one card, one command at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random

from onshi.card.apdu import OK, SW, Command, Refusal, parse
from onshi.card.files import Application, Ef, KeyEf, Pin, Transparent

__all__ = ["FileSystem"]

_SFI = 0x80
_MAX_PIN = 16
_UID_BYTES = 4


class FileSystem:
    """Applications, the current selection and the security status of one powered card.

    ``root`` is what is current after power-on (the ISD): SELECT finds it by its AID if it has
    one. ``challenges`` and ``uids`` are seeded streams; ``uids`` is None on a contact interface,
    where no reader answers the UID pseudo-APDU. ``on_verify(pin, ok)`` is told of every
    VERIFY that was decided.
    """

    def __init__(
        self,
        root: Application,
        applications: Iterable[Application],
        *,
        challenges: Random,
        uids: Random | None,
        on_verify: Callable[[Pin, bool], None],
    ) -> None:
        self._root = root
        self._by_aid = {ap.aid: ap for ap in (root, *applications) if ap.aid}
        self._challenges, self._uids, self._on_verify = challenges, uids, on_verify
        self._ap = root
        self._ef: Ef | None = None
        self._verified: set[Pin] = set()
        self._status_of = root
        self._uid = b""
        self.verify_attempts = 0
        self._commands: dict[int, Callable[[Command], bytes]] = {
            0x00A4: self._select,
            0x00B0: self._read_binary,
            0x00B2: self._read_record,
            0x0020: self._verify,
            0x0084: self._get_challenge,
            0x00CA: self._get_data,
            0x802A: self._sign,
        }

    # ----------------------------------------------------------------- state
    def activate(self) -> None:
        """Power came on: nothing selected, nothing verified, a new UID (Type B PUPI)."""
        self.rewind()
        self._verified.clear()
        if self._uids is not None:
            self._uid = self._uids.randbytes(_UID_BYTES)

    def rewind(self) -> None:
        """Warm reset: the selection goes back to the start (*inferred*), PINs stay verified."""
        self._ap, self._ef = self._root, None

    def is_verified(self, pin: Pin) -> bool:
        return pin in self._verified

    # -------------------------------------------------------------- commands
    def execute(self, apdu: bytes) -> bytes:
        """The response APDU; always at least a status word."""
        try:
            command = parse(apdu)
            work = self._commands.get(command.cla << 8 | command.ins)
            if work is None:
                work = self._unusual(command)
            return work(command)
        except Refusal as refusal:
            return refusal.answer

    def _unusual(self, c: Command) -> Callable[[Command], bytes]:
        """A command outside the table: application-specific, pseudo-APDU, or refused."""
        sw = self._ap.refused.get((c.cla, c.ins))
        if sw is not None:
            raise Refusal(sw)
        if c.cla == 0xFF and self._uids is not None:
            return self._reader_pseudo
        if c.cla in (0x00, 0x80):
            raise Refusal(SW.UNKNOWN_INS)
        if c.cla in (0x01, 0x02, 0x03, 0x81, 0x82, 0x83) or c.cla & 0xC0 == 0x40:
            raise Refusal(SW.CHANNEL_NOT_SUPPORTED)
        if c.cla == 0x08 and self._ap is not self._root:
            raise Refusal(SW.SECURE_MESSAGING_REFUSED)
        raise Refusal(SW.UNKNOWN_CLA)

    def _target(self, sfi: int) -> Ef:
        """The file meant by a short identifier, which becomes current; 0 is the current file."""
        if sfi:
            found = self._ap.by_sfi.get(sfi)
            if found is None:
                raise Refusal(SW.NOT_FOUND)
            self._ef = found
            return found
        if self._ef is None:
            raise Refusal(SW.NO_CURRENT_EF)
        return self._ef

    def _referred(self, p2: int) -> Ef:
        """The PIN or key meant by P2 = 80 (current) or 80|SFI."""
        if p2 & 0xE0 != _SFI:
            raise Refusal(SW.WRONG_P1P2)
        return self._target(p2 & 0x1F)

    # ---------------------------------------------------------------- SELECT
    def _select(self, c: Command) -> bytes:
        if c.p2 not in (0x00, 0x0C):
            raise Refusal(SW.WRONG_P1P2)
        if c.p1 == 0x04:
            return self._select_application(c.data)
        if c.p1 == 0x02:
            if len(c.data) != 2:
                raise Refusal(SW.WRONG_LENGTH)
            found = self._ap.by_fid.get(int.from_bytes(c.data, "big"))
            if found is None:
                raise Refusal(SW.NOT_FOUND)
            self._ef = found
            return OK
        if c.p1 == 0x00:
            if c.data:
                raise Refusal(SW.NOT_FOUND)
            if self._ap is not self._root:
                return OK
        raise Refusal(SW.WRONG_P1P2)

    def _select_application(self, aid: bytes) -> bytes:
        """Exact AID only. The same AP again keeps the security status, another clears it."""
        found = self._by_aid.get(aid)
        if found is None:
            raise Refusal(SW.NOT_FOUND)
        if found is not self._status_of:
            self._verified.clear()
            self._status_of = found
        self._ap, self._ef = found, None
        return OK

    # ------------------------------------------------------------------ READ
    def _read_binary(self, c: Command) -> bytes:
        """Short data at the end of the file, 6B00 at or past it (JICSAP 6.4.1(4))."""
        p1 = c.p1
        if p1 < 0x80:
            ef = self._ef
            if ef is None:
                raise Refusal(SW.NO_CURRENT_EF)
            offset = p1 << 8 | c.p2
        elif p1 & 0xE0 == _SFI:
            ef, offset = self._target(p1 & 0x1F), c.p2
        else:
            raise Refusal(SW.WRONG_P1P2)
        if not isinstance(ef, Transparent):
            raise Refusal(SW.INCOMPATIBLE_WITH_FILE)
        if ef.guard is not None and ef.guard not in self._verified:
            raise Refusal(SW.SECURITY_STATUS_NOT_SATISFIED)
        if c.data or c.le is None:
            raise Refusal(SW.WRONG_LENGTH)
        data = ef.data
        if offset >= len(data):
            raise Refusal(SW.OFFSET_PAST_END)
        return data[offset : offset + c.le] + OK

    def _read_record(self, c: Command) -> bytes:
        """No application here has record files."""
        self._target(c.p2 >> 3)
        raise Refusal(SW.INCOMPATIBLE_WITH_FILE)

    # ---------------------------------------------------------------- VERIFY
    def _verify(self, c: Command) -> bytes:
        """Without data the tries left; never consumes. 63C0 on the last try, then 6984."""
        if c.p1:
            raise Refusal(SW.WRONG_P1P2)
        if c.data:
            self.verify_attempts += 1
        pin = self._referred(c.p2)
        if not isinstance(pin, Pin):
            raise Refusal(SW.INCOMPATIBLE_WITH_FILE)
        if not c.data:
            raise Refusal(SW.WRONG_PIN + pin.tries)
        if len(c.data) > _MAX_PIN:
            raise Refusal(SW.WRONG_LENGTH)
        if not pin.tries:
            self._on_verify(pin, False)
            raise Refusal(SW.BLOCKED)
        if c.data == pin.secret:
            pin.tries = pin.limit
            self._verified.add(pin)
            self._on_verify(pin, True)
            return OK
        pin.tries -= 1
        self._verified.discard(pin)
        self._on_verify(pin, False)
        raise Refusal(SW.WRONG_PIN + pin.tries)

    # ------------------------------------------------------------------ sign
    def _sign(self, c: Command) -> bytes:
        """COMPUTE DIGITAL SIGNATURE; P1 chooses the padding (facts: card page, section 3.2)."""
        key = self._referred(c.p2)
        if not isinstance(key, KeyEf):
            raise Refusal(SW.INCOMPATIBLE_WITH_FILE)
        if key.guard not in self._verified:
            raise Refusal(SW.SECURITY_STATUS_NOT_SATISFIED)
        signature = key.signer.sign(c.p1, c.data)
        if c.le is not None and c.le < len(signature):
            raise Refusal(SW.WRONG_LENGTH)
        return signature + OK

    # ---------------------------------------------------------------- others
    def _get_challenge(self, c: Command) -> bytes:
        if c.p1 or c.p2:
            raise Refusal(SW.WRONG_P1P2)
        if c.extended:
            raise Refusal(SW.CONDITIONS_NOT_SATISFIED)
        if c.data or c.le is None:
            raise Refusal(SW.WRONG_LENGTH)
        return self._challenges.randbytes(c.le) + OK

    def _get_data(self, c: Command) -> bytes:
        found = self._ap.objects.get(c.p1 << 8 | c.p2)
        if found is None:
            raise Refusal(SW.NO_SUCH_DATA)
        if c.le is None or c.le < len(found):
            raise Refusal(SW.WRONG_LENGTH)
        return found + OK

    def _reader_pseudo(self, c: Command) -> bytes:
        """FF CA 00 00: the UID, answered by contactless readers (PC/SC part 3, 3.2.2.1.3)."""
        if c.ins != 0xCA:
            raise Refusal(SW.UNKNOWN_INS)
        if c.p1 or c.p2:
            raise Refusal(SW.FUNCTION_NOT_SUPPORTED)
        if c.le is not None and c.le < len(self._uid):
            raise Refusal(SW.WRONG_LE + len(self._uid))
        return self._uid + OK
