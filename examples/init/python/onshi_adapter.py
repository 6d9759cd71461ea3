"""製品と onshi をつなぐアダプター。直すのはこのファイルだけです。

The adapter between the product and onshi: the only file to work on. What the fields mean:
docs/integration.md of pytest-onshi. A field that is left out makes the rules that need it
観測なし (not observed), never met.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import onshi


class Adapter(onshi.Integration):
    """One patient after the other, through the product."""

    # 製品が使うもの / what the product uses: pcsc, webapi, folder, face
    surfaces = frozenset({"pcsc", "webapi"})
    # 画面のある製品など、一つしか動かせないとき / False where the product can run only once
    parallel = True

    def start(self, env: Mapping[str, str]) -> None:
        """製品を起動する。接続先は env にある: ONSHI_WEBAPI_URL, ONSHI_FOLDER など。"""
        self.env = dict(env)

    def set_date(self, date: date) -> None:
        """業務日付を変える: 最初の受付の前と、日が変わるごと。"""

    def prepare(self, chart: onshi.Chart | None) -> None:
        """製品のカルテをこの内容にする (None: 新患)。"""

    def check_in(self, visit: onshi.Visit) -> onshi.Handling:
        """患者を受け付け、画面に見えたことを返す。

        visit.present()            # カードを置く (顔認証なら結果ファイルが出る)
        visit.enter_pin()          # 患者が打つ暗証番号。None: 打たない
        visit.inquiry              # 照会の条件 (QualificationConfirmSearchInfo)
        visit.decide("…", ["use_online", "keep_chart"])  # 製品の問いに操作者が答える
        visit.take_away()          # カードを返す
        """
        return onshi.Handling(
            # status="invalid",               # valid, invalid, not_found, device_unusable ...
            # message="資格(無効)です",        # 画面の文言
            # offered=("kakuninsho", "past_visit"),
            # copay_percent=30,
            # chart_before=..., chart_after=...,   # onshi.Chart
        )

    def documents(self, visit: onshi.Visit) -> tuple[onshi.Document, ...] | None:
        """check_in で渡さなかった、印刷された書類 (None: 見ていない)。領収書、処方箋など。"""
        return None

    def close_month(self, date: date) -> None:
        """月を締める。このあとに claim が続く。"""

    def claim(self, visit: onshi.Visit) -> Path | onshi.Claim | None:
        """この患者のレセプト電算ファイルを作り、その場所を返す (None: 請求は調べない)。

        return onshi.Claim(path="RECEIPTC.UKE", held=False, chart_after=...)
        """
        return None

    def import_returns(self, path: Path) -> onshi.Returned | None:
        """返戻ファイル RECEIPTC.HEN を取り込む (None: 返戻は調べない)。

        return onshi.Returned(reopened=True, reasons=("…",))
        """
        return None

    def alive(self) -> bool | None:
        """製品がまだ操作できるか (None: 分からない)。"""
        return None

    def stop(self) -> None:
        """製品を終了する。"""
