"""SCard calls one by one: a transaction, VERIFY, SIGN, a reset, a second handle, dead handles."""

from smartcard import scard as s

AID = "00A4040C0AD392F000260100000001"
VERIFY = "002000980431323334"
SIGN = "802A009705" + b"hello".hex() + "00"


def say(what, code, *more):
    print(what, f"{code & 0xFFFFFFFF:08X}", *more)


def send(handle, text):
    code, data = s.SCardTransmit(handle, s.SCARD_PCI_T1, list(bytes.fromhex(text)))
    sw = "".join(f"{b:02X}" for b in data[-2:])
    return (code, sw, *([len(data) - 2] if len(data) > 2 else []))


code, context = s.SCardEstablishContext(s.SCARD_SCOPE_USER)
say("establish", code)
_, names = s.SCardListReaders(context, [])
print("readers", *names)
code, states = s.SCardGetStatusChange(context, 0, [(names[0], s.SCARD_STATE_UNAWARE)])
_, state, atr = states[0]
present = "present" if state & s.SCARD_STATE_PRESENT else "absent"
say("state", code, present, "".join(f"{b:02X}" for b in atr))
shared = (s.SCARD_SHARE_SHARED, s.SCARD_PROTOCOL_T0 | s.SCARD_PROTOCOL_T1)
code, handle, protocol = s.SCardConnect(context, names[0], *shared)
say("connect", code, protocol)
say("begin", s.SCardBeginTransaction(handle))
say("select", *send(handle, AID))
say("sign without PIN", *send(handle, SIGN))
say("verify", *send(handle, VERIFY))
say("sign", *send(handle, SIGN))
_, other = s.SCardEstablishContext(s.SCARD_SCOPE_USER)
say("reconnect, unpowered", s.SCardReconnect(handle, *shared, s.SCARD_UNPOWER_CARD)[0])
send(handle, AID)
say("sign after that", *send(handle, SIGN))
say("end", s.SCardEndTransaction(handle, s.SCARD_LEAVE_CARD))
exclusive = (s.SCARD_SHARE_EXCLUSIVE, shared[1])
say("another, exclusive", s.SCardConnect(other, names[0], *exclusive)[0])
say("disconnect", s.SCardDisconnect(handle, s.SCARD_LEAVE_CARD))
say("dead handle", send(handle, AID)[0])
say("another, exclusive", s.SCardConnect(other, names[0], *exclusive)[0])
say("release", s.SCardReleaseContext(context))
