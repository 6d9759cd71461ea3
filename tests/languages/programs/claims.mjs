/** An office that hands in the file CLAIM, and writes what came back to BACK. */

import { readFileSync, writeFileSync } from "node:fs";
import { Adapter, run } from "onshi-driver";

class Office extends Adapter {
  surfaces = ["webapi"];

  async setDate(date) {
    this.today = date;
  }

  async checkIn(visit) {
    return { status: "valid", evidence: ["online"], chart_after: visit.chart };
  }

  async claim(visit) {
    const wrong = await visit.claim(readFileSync(process.env.CLAIM));
    return { held: false, message: `${this.today} ${wrong}` };
  }

  async importReturns(visit) {
    writeFileSync(process.env.BACK, await visit.returned());
    return { reopened: true, reasons: ["保険者の相違"] };
  }
}

process.exit(await run(() => new Office()));
