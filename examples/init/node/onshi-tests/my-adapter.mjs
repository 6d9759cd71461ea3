/**
 * 製品と onshi をつなぐアダプター。直すのはこのファイルだけです。
 *
 * The adapter between the product and onshi: the only file to work on. A field of the handling that
 * is left out makes the rules that need it 観測なし (not observed), never met.
 */

import { Adapter, run } from "./onshi-driver.mjs";

class MyAdapter extends Adapter {
  /** 製品が使うもの / what the product uses: pcsc, webapi, folder, face. */
  surfaces = ["pcsc", "webapi"];

  /** 製品を起動する。接続先は env にある: ONSHI_WEBAPI_URL, ONSHI_WEBAPI_CA, ONSHI_FOLDER など。 */
  async start(env) {}

  /** 業務日付を変える ("2025-10-20")。 */
  async setDate(date) {}

  /** 製品のカルテをこの内容にする (null: 新患)。 */
  async prepare(chart) {}

  /** 患者を受け付け、画面に見えたことを返す。 */
  async checkIn(visit) {
    // await visit.present();    カードを置く (顔認証なら結果ファイルが出る)
    // await visit.enterPin();   患者が打つ暗証番号。null: 打たない
    // visit.inquiry             照会の条件 (QualificationConfirmSearchInfo)
    // await visit.decide("…", ["use_online", "keep_chart"]);  製品の問いに操作者が答える
    // await visit.takeAway();   カードを返す
    return {
      // status: "invalid",          valid, invalid, not_found, device_unusable ...
      // message: "資格(無効)です",   画面の文言
      // offered: ["kakuninsho", "past_visit"],
      // copay_percent: 30,
      // chart_before: …, chart_after: …,
    };
  }

  // 請求と返戻も調べるとき / to have claims and returns judged, too (docs/other-languages.md):
  //
  // async claim(visit) {
  //   await visit.claim(readFileSync("RECEIPTC.UKE")); // レセプト電算ファイル
  //   return { held: false /* warned, chart_after … */ };
  // }
  //
  // async importReturns(visit) {
  //   const file = await visit.returned(); // RECEIPTC.HEN
  //   return { reopened: true, reasons: ["…"] };
  // }
}

process.exit(await run(() => new MyAdapter()));
