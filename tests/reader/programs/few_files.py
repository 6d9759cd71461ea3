"""A door in a process with few file descriptors: clients take them all, go, and are served."""

import resource
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pcsclite_client import OK, PcscLite

from onshi.doors.pcscd import PcscdEndpoint

endpoint = PcscdEndpoint()
endpoint.start()
resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
clients = []
try:
    while True:
        clients.append(PcscLite(endpoint.path, 0, seconds=1))
except OSError:
    pass
assert 10 < len(clients) < 40, len(clients)
threading.Event().wait(0.2)
for client in clients:
    client.close()
end = time.monotonic() + 10
while True:
    late = PcscLite(endpoint.path, 0, seconds=1)
    try:
        if late.establish() == OK:
            break
    except TimeoutError:
        assert time.monotonic() < end
    finally:
        late.close()
print("served again", flush=True)
endpoint.close()
