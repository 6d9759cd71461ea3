/** The clinic, made wrong: asks nothing, believes everything, and calls every failure 無効. */

import { Card } from "./card.mjs";
import { Clinic } from "./clinic.mjs";
import { shareOf } from "./compare.mjs";

export class NaiveClinic extends Clinic {
  async checkIn(visit) {
    const before = this.charts.get(visit.chart?.chart_no) ?? null;
    const it = { before, page: before, offered: [], asked: [], warned: [], evidence: [], documents: [] };
    const found = await this.ask(visit).catch(() => null);
    const record = found?.records[0];
    if (record && ["valid", "multiple", "valid_unregistered"].includes(found.status)) {
      // Mistake: the first record replaces the chart, ● and all.
      const share = shareOf(record, visit.date);
      Object.assign(it, { status: "valid", message: "", share, evidence: ["online"] });
      const { name, kana, address, insurer_number, symbol, number, branch } = record;
      const changes = { name, kana, address, insurer_number, symbol, number, branch, copay_percent: share };
      it.page = this.save({ ...before, ...changes });
    } else {
      // Mistake: whatever it was, it is 無効, and the insurance is struck out.
      Object.assign(it, { status: "invalid", message: "資格が無効です。10割負担になります。", share: 100 });
      if (before) it.page = this.save({ ...before, insurer_number: "", symbol: "", number: "", copay_percent: 100 });
    }
    it.documents = it.page ? [{ kind: "領収書", text: `${it.page.name} 様 ${it.share}%` }] : [];
    return it;
  }

  async ask(visit) {
    await visit.present();
    if (visit.surfaces.includes("pcsc")) await this.readCard(visit);
    return this.lineFor(visit).ask(visit.inquiry, visit.date);
  }

  /** Mistake: what did not work once is sent again, until the card locks. */
  async readCard(visit) {
    const card = await Card.open(this.limits.card);
    try {
      const pin = (await visit.enterPin()) ?? "0000";
      for (let i = 0; i < 3; i += 1) if ((await card.verify(pin)).right) return;
      throw new Error("暗証番号が違います");
    } finally {
      card.close();
    }
  }
}
