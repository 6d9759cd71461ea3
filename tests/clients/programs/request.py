"""A reception that waits for a card, tries a wrong PIN, and meets a card that is taken away."""

import time

from smartcard.CardRequest import CardRequest
from smartcard.CardType import AnyCardType
from smartcard.Exceptions import (
    CardConnectionException,
    CardRequestTimeoutException,
    NoCardException,
)

try:
    CardRequest(timeout=0.1, cardType=AnyCardType()).waitforcard()
except CardRequestTimeoutException:
    print("time-out")
print("waiting")
service = CardRequest(timeout=15, cardType=AnyCardType()).waitforcard()
connection = service.connection
connection.connect()
atr = "".join(f"{b:02X}" for b in connection.getATR())
print("connected", atr, "T1" if connection.getProtocol() == 2 else connection.getProtocol())


def send(what, text):
    _, sw1, sw2 = connection.transmit(list(bytes.fromhex(text)))
    print(what, f"{sw1:02X}{sw2:02X}")


send("select", "00A4040C0AD392F000260100000001")
connection.transmit(list(bytes.fromhex("00A4020C020018")))
send("verify", "002000800439393939")
send("tries", "00200080")

deadline = time.monotonic() + 15
while time.monotonic() < deadline:
    try:
        connection.transmit(list(bytes.fromhex("00200080")))
    except CardConnectionException as e:
        print(f"removed {e.hresult & 0xFFFFFFFF:08X}")
        break
try:
    connection.reconnect()
except NoCardException:
    print("no card")
except CardConnectionException as e:
    print(f"reconnect {e.hresult & 0xFFFFFFFF:08X}")
print("end")
