"""Server and clients in one process, with everything that could make it stand still.

Threads that list readers while others establish contexts; connections that become garbage in
cycles while the collector runs all the time; cards that come and go meanwhile. Prints ``done``.
"""

from __future__ import annotations

import gc
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from reader_bench import Bench
from smartcard.Exceptions import SmartcardException
from smartcard.System import readers

from onshi.doors.pcscd import process_endpoint

ROUNDS = int(sys.argv[1])


def work() -> None:
    for _ in range(ROUNDS):
        for reader in readers():
            connection = reader.createConnection()
            cycle = [connection]
            cycle.append(cycle)
            try:
                connection.connect(disposition=0)
                connection.transmit([0, 0xB0, 0, 0, 1])
            except SmartcardException:
                pass


bench, endpoint = Bench(), process_endpoint()
assert not endpoint.latched_elsewhere
endpoint.attach(bench.engine, bench.calls)
gc.set_threshold(20)
threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
while any(thread.is_alive() for thread in threads):
    bench.engine.remove()
    bench.engine.insert()
    bench.engine.unplug()
    bench.engine.plug()
for thread in threads:
    thread.join()
endpoint.detach()
endpoint.close()
print("done")
