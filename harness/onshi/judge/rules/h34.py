"""H34 No face image stays on the disk (``004:L241``): context.

The exchange folder is all that is seen of the 資格確認端末's disk.
"""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.findings import Half
from onshi.judge.rules import rule

IMAGE = Half("H34", "context", "顔認証の画像を残さない")
_IMAGES = (".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".heic")


@rule("H34")
def judge(case: Case) -> Iterator[Finding]:
    if case.left is None:
        yield IMAGE.unseen("連携フォルダの中が見えない")
        return
    images = [name for name in case.left if name.lower().endswith(_IMAGES)]
    if images:
        yield IMAGE.noted("画像のファイルが残っていた: " + "、".join(images[:5]))
    else:
        yield IMAGE.noted(f"連携フォルダに残った {len(case.left)} 個のうち、画像のファイルはない")
