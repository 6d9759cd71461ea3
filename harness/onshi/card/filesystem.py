"""The card's operating system: what it answers to SELECT, READ, VERIFY, sign.

Behaviour follows JICSAP 1.1 / JIS X 6320-4 as observed on real cards (facts: card page,
sections 0-3); there is no public specification of the マイナンバーカード itself. Points that no
source states are marked *inferred* or are a knob.

Not thread-safe: one reader talks to one card, one command at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from onshi.card.apdu import OK, SW, Command, Refusal, parse
from onshi.card.files import Application, Ef, KeyEf, Records, Transparent
from onshi.card.knobs import Knobs
from onshi.card.security import Security, Tell
from onshi.card.tlv import tlv

__all__ = ["FileSystem"]

_SFI = 0x80
_SHORT = 256
_SHORTEST_AID = 5
_RSA_OF_SHA256 = 3
_ONE_RECORD = 0x04


class FileSystem:
    """Applications, the current selection and the security status of one powered card.

    ``root`` is what is current after power-on (the ISD): SELECT finds it by its AID if it has
    one. The applications are made when they are first selected. ``challenges`` and ``uids`` are
    seeded streams; ``uids`` is None on a contact interface, where no reader answers the UID
    pseudo-APDU. ``tell(event, pin, ok)`` hears of every VERIFY and change that was decided.
    """

    def __init__(
        self,
        root: Application,
        applications: Mapping[bytes, Callable[[], Application]],
        *,
        knobs: Knobs,
        challenges: Random,
        uids: Random | None,
        tell: Tell,
    ) -> None:
        self._root, self._makers, self._knobs = root, applications, knobs
        self._made = {root.aid: root} if root.aid else {}
        self._challenges, self._uids = challenges, uids
        self._ap = root
        self._ef: Ef | None = None
        self._security = Security(root, knobs, tell)
        self._longest = _SHORT if knobs.extended_read == "short" else 1 << 16
        self._uid = b""
        self.verify_attempts = 0
        self._commands: dict[int, Callable[[Command], bytes]] = {
            0x00A4: self._select,
            0x00B0: self._read_binary,
            0x00B2: self._read_record,
            0x0020: self._verify,
            0x0024: self._change,
            0x8032: self._change,
            0x0084: self._get_challenge,
            0x0088: self._internal_authenticate,
            0x00CA: self._get_data,
            0x802A: self._sign,
        }

    # ----------------------------------------------------------------- state
    def activate(self) -> None:
        """Power came on: nothing selected, nothing verified, a new UID (Type B PUPI)."""
        self.rewind()
        self._security.clear()
        if self._uids is not None:
            fixed = self._knobs.uid
            self._uid = self._uids.randbytes(4) if fixed == "random" else _fixed_uid(fixed)

    def rewind(self) -> None:
        """Warm reset: the selection goes back to the start (*inferred*), PINs stay verified."""
        self._ap, self._ef = self._root, None

    def application(self, aid: bytes) -> Application:
        """One of the applications, made now if it is not yet. Raises KeyError."""
        made = self._made.get(aid)
        if made is None:
            made = self._made[aid] = self._makers[aid]()
        return made

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
            return self._select_application(c)
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

    def _select_application(self, c: Command) -> bytes:
        aid = c.data
        found = self._made.get(aid)
        if found is None:
            if aid not in self._makers:
                aid = self._whole_aid(aid)
            found = self.application(aid)
        self._security.enter(found)
        self._ap, self._ef = found, None
        if self._knobs.fci and c.p2 == 0x00:
            return tlv(0x6F, tlv(0x84, found.aid)) + OK
        return OK

    def _whole_aid(self, begin: bytes) -> bytes:
        """The AID that begins so, by JICSAP 4.2(1), where the knob allows it."""
        if self._knobs.prefix_select and len(begin) >= _SHORTEST_AID:
            known = (self._root.aid, *self._makers)
            for aid in known:
                if aid.startswith(begin):
                    return aid
        raise Refusal(SW.NOT_FOUND)

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
        if ef.guards:
            self._security.require(ef.guards)
        le = c.le
        if c.data or le is None:
            raise Refusal(SW.WRONG_LENGTH)
        data = ef.data
        if offset >= len(data):
            if offset == len(data) and self._knobs.read_at_end == "empty":
                return OK
            raise Refusal(SW.OFFSET_PAST_END)
        if le > self._longest:
            le = self._longest
        return data[offset : offset + le] + OK

    def _read_record(self, c: Command) -> bytes:
        """One record, by P1 its number; P2 is SFI and 100 for "this one"."""
        ef = self._target(c.p2 >> 3)
        if not isinstance(ef, Records):
            raise Refusal(SW.INCOMPATIBLE_WITH_FILE)
        self._security.require(ef.guards)
        if c.p2 & 0x07 != _ONE_RECORD:
            raise Refusal(SW.FUNCTION_NOT_SUPPORTED)
        if c.data or c.le is None:
            raise Refusal(SW.WRONG_LENGTH)
        if not 1 <= c.p1 <= len(ef.records):
            raise Refusal(SW.RECORD_NOT_FOUND)
        return ef.records[c.p1 - 1][: c.le] + OK

    def _get_data(self, c: Command) -> bytes:
        load = self._ap.objects.get(c.p1 << 8 | c.p2)
        if load is None:
            raise Refusal(SW.NO_SUCH_DATA)
        found = load()
        if c.le is None or c.le < len(found):
            raise Refusal(SW.WRONG_LENGTH)
        return found + OK

    # ------------------------------------------------------------------ PINs
    def _verify(self, c: Command) -> bytes:
        if c.p1:
            raise Refusal(SW.WRONG_P1P2)
        if c.data:
            self.verify_attempts += 1
        return self._security.verify(self._referred(c.p2), c.data)

    def _change(self, c: Command) -> bytes:
        """CHANGE REFERENCE DATA 00 24 01, CHANGE KEY 80 32 00: each where it is known."""
        if c.cla << 8 | c.ins != self._ap.change:
            raise Refusal(SW.UNKNOWN_INS)
        if c.p1 != (0x01 if c.ins == 0x24 else 0x00):
            raise Refusal(SW.WRONG_P1P2)
        return self._security.change(self._referred(c.p2), c)

    # ------------------------------------------------------------------ keys
    def _sign(self, c: Command) -> bytes:
        """COMPUTE DIGITAL SIGNATURE; P1 chooses the padding (facts: card page, section 3.2)."""
        key = (c.p2 == 0 and self._ap.default_key) or self._referred(c.p2)
        if not isinstance(key, KeyEf) or key.authenticates:
            raise Refusal(SW.INCOMPATIBLE_WITH_FILE)
        return self._used(key, c.p1, c)

    def _internal_authenticate(self, c: Command) -> bytes:
        """SHA-256 of the challenge, signed, by a key made for it; others 6985."""
        sw = self._ap.refused.get((c.cla, c.ins))
        if sw is not None:
            raise Refusal(sw)
        if c.p1:
            raise Refusal(SW.WRONG_P1P2)
        key = self._referred(c.p2)
        if not isinstance(key, KeyEf) or not key.authenticates:
            raise Refusal(SW.CONDITIONS_NOT_SATISFIED)
        return self._used(key, _RSA_OF_SHA256, c)

    def _used(self, key: KeyEf, scheme: int, c: Command) -> bytes:
        self._security.require(key.guards)
        signature = key.signer.sign(scheme, c.data)
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

    def _reader_pseudo(self, c: Command) -> bytes:
        """FF CA 00 00: the UID, answered by contactless readers (PC/SC part 3, 3.2.2.1.3)."""
        if c.ins != 0xCA:
            raise Refusal(SW.UNKNOWN_INS)
        if c.p1 or c.p2 or not self._uid:
            raise Refusal(SW.FUNCTION_NOT_SUPPORTED)
        if c.le is not None and c.le < len(self._uid):
            raise Refusal(SW.WRONG_LE + len(self._uid))
        return self._uid + OK


def _fixed_uid(text: str) -> bytes:
    return b"" if text == "none" else bytes.fromhex(text)
