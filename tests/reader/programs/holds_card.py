"""Holds the card in one of several ways, says so, and stays until it is killed."""

import sys
import threading

from smartcard import scard

how = sys.argv[1]
_, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
_, readers = scard.SCardListReaders(context, [])
mode = scard.SCARD_SHARE_EXCLUSIVE if how == "exclusive" else scard.SCARD_SHARE_SHARED
code, handle, _ = scard.SCardConnect(context, readers[0], mode, 3)
assert code == 0, hex(code)
if how != "exclusive":
    assert scard.SCardBeginTransaction(handle) == 0
print("holding", flush=True)
if how == "waits_for_itself":
    scard.SCardConnect(context, readers[0], mode, 3)
threading.Event().wait(60)
