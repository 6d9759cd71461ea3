"""The lines of H47: what was confirmed at the visit, and what is so when the claim is due."""

from __future__ import annotations

from case_table import legitimate, naive, reference
from claim_stories import came, claimed, receipt, told
from judge_cases import answer, did, record

from onshi.judge.rules import h47

VALID, LOST, NEW = answer("1", record()), answer("2", record()), answer("1", record(number="7700"))
RECEIVED = did(status="valid", evidence=("online",))
QUIET = {"warned": (), "asked": (), "message": "請求しました"}

reference(
    "H47",
    "請求の前に確かめ直し、違いを知らせ、受付時の根拠を残す",
    lambda: told(
        came(RECEIVED, VALID),
        claimed(
            receipt(),
            handling=did(warned=("資格が無効になりました",), asked=(), evidence=("online",)),
            answers=(LOST,),
        ),
    ),
)
reference(
    "H47",
    "確かめ直して、変わりがない",
    lambda: told(came(RECEIVED, VALID), claimed(receipt(), answers=(VALID,))),
)
naive(
    "H47",
    "確かめ直さずに請求する",
    lambda: told(came(RECEIVED, VALID), claimed(receipt(), handling=did(**QUIET))),
    h47.RECHECK,
)
naive(
    "H47",
    "無効になったことを知らせずに請求する",
    lambda: told(came(RECEIVED, VALID), claimed(receipt(), handling=did(**QUIET), answers=(LOST,))),
    h47.TOLD,
)
naive(
    "H47",
    "番号が変わったことを知らせずに請求する",
    lambda: told(came(RECEIVED, VALID), claimed(receipt(), handling=did(**QUIET), answers=(NEW,))),
    h47.TOLD,
)
naive(
    "H47",
    "受付時の根拠を消す",
    lambda: told(
        came(RECEIVED, VALID),
        claimed(receipt(), handling=did(evidence=()), answers=(VALID,)),
    ),
    h47.KEPT,
)
legitimate(
    "H47",
    "請求を保留する",
    lambda: told(came(RECEIVED, VALID), claimed(handling=did(held=True))),
)
legitimate(
    "H47",
    "カードでしか照会できない",
    lambda: told(
        came(RECEIVED, VALID, surfaces=frozenset({"face", "webapi"})),
        claimed(receipt(), surfaces=frozenset({"face"})),
    ),
)
legitimate(
    "H47",
    "受付時に有効ではなかった",
    lambda: told(came(did(status="not_found"), answer("4")), claimed(receipt())),
)
