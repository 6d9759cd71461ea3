"""Prints what a CardMonitor and a ReaderMonitor say, until it is ended."""

import sys
import threading

from smartcard.CardMonitoring import CardMonitor, CardObserver
from smartcard.ReaderMonitoring import ReaderMonitor, ReaderObserver


def say(line):
    """In one piece: two threads speak."""
    sys.stdout.write(line + "\n")


class Cards(CardObserver):
    def update(self, observable, handlers):
        for sign, cards in zip("+-", handlers, strict=True):
            for card in cards:
                say(f"card {sign} {bytes(card.atr).hex().upper()}")


class Readers(ReaderObserver):
    def update(self, observable, handlers):
        for sign, readers in zip("+-", handlers, strict=True):
            for reader in readers:
                say(f"reader {sign} {reader}")


CardMonitor().addObserver(Cards())
ReaderMonitor(period=0.05).addObserver(Readers())
threading.Event().wait()
