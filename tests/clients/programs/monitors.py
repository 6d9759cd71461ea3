"""Prints what a CardMonitor and a ReaderMonitor say, until it is ended."""

import threading

from smartcard.CardMonitoring import CardMonitor, CardObserver
from smartcard.ReaderMonitoring import ReaderMonitor, ReaderObserver


class Cards(CardObserver):
    def update(self, observable, handlers):
        for sign, cards in zip("+-", handlers, strict=True):
            for card in cards:
                print("card", sign, "".join(f"{b:02X}" for b in card.atr))


class Readers(ReaderObserver):
    def update(self, observable, handlers):
        for sign, readers in zip("+-", handlers, strict=True):
            for reader in readers:
                print("reader", sign, reader)


CardMonitor().addObserver(Cards())
ReaderMonitor(period=0.05).addObserver(Readers())
threading.Event().wait()
