/**
 * The clinic under `onshi serve`:
 *
 *     onshi serve -- node main.mjs [--naive | --hang | --throw] [--junit FILE] [TROUBLE ...]
 *
 * --naive makes the mistakes that the rules are there for; --hang never comes back from a visit;
 * --throw falls over in it. They show what the driver and the reports say then.
 */

import { checkInstalled } from "./card.mjs";
import { Clinic } from "./clinic.mjs";
import { NaiveClinic } from "./naive.mjs";
import { Adapter, run } from "./onshi-driver.mjs";

/** Between the words of the API and the clinic's own. */
class ClinicAdapter extends Adapter {
  surfaces = ["pcsc", "webapi", "folder"];
  product = Clinic;

  async start(env) {
    checkInstalled();
    this.env = env;
  }

  async reset() {
    this.clinic = new this.product(this.env);
  }

  async prepare(chart) {
    if (chart) this.clinic.save(chart);
  }

  async checkIn(visit) {
    const started = performance.now();
    const it = await this.clinic.checkIn(visit);
    await visit.takeAway();
    return {
      status: it.status,
      message: it.message,
      offered: it.offered,
      asked: it.asked,
      warned: it.warned,
      copay_percent: it.share,
      chart_before: it.before,
      chart_after: it.page,
      evidence: it.evidence,
      documents: it.documents,
      elapsed: (performance.now() - started) / 1000,
    };
  }

  async alive() {
    return this.clinic.charts instanceof Map;
  }
}

class NaiveAdapter extends ClinicAdapter {
  product = NaiveClinic;
}

class HangingAdapter extends ClinicAdapter {
  async checkIn() {
    return new Promise(() => {});
  }
}

class ThrowingAdapter extends ClinicAdapter {
  async checkIn() {
    throw new TypeError("受付画面が見つかりません");
  }
}

const KINDS = { "--naive": NaiveAdapter, "--hang": HangingAdapter, "--throw": ThrowingAdapter };
const args = process.argv.slice(2);
const Made = KINDS[args.find((one) => one in KINDS)] ?? ClinicAdapter;
process.exit(await run(() => new Made(), args.filter((one) => !(one in KINDS))));
