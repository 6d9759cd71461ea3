/**
 * The reception of a small clinic: card, inquiry, chart.
 *
 * A device's or the system's failure says nothing about the insurance; nothing that came from
 * outside is written into a chart unless the operator said so; and each visit ends, whatever hangs.
 */

import { Card, DeviceTrouble } from "./card.mjs";
import { compare, KUROMARU, shareOf, oddities } from "./compare.mjs";
import { Folder, SystemTrouble, WebApi } from "./lines.mjs";

const DOCUMENTS = {
  資格確認書: "kakuninsho",
  健康保険証: "hokensho",
  資格情報のお知らせ: "oshirase",
  マイナポータル: "portal",
  被保険者資格申立書: "moushitatesho",
};
const PROVISIONAL_UNTIL = "2026-03-31";
const SHARES = [0, 10, 20, 30, 100];
const RETRIES = 2;
const FINAL = ["certificate", "pin", "not_mynumber"];
const TEXTS = {
  invalid: "資格(無効)です。直近の資格は喪失し、その後の資格は確認できていません。",
  invalid_new: "資格(無効)ですが、新しい資格があります。",
  not_found: "資格情報なしです。登録前か、保険者が確認中です。",
  multiple: "複数の資格が該当しました。1件に決められません。",
  request_error: "照会の結果に資格情報がありません。保険の資格の問題とは限りません。",
  pending: "システムが処理中で、結果がまだ出ていません。",
  system_unreachable: "資格確認システムの異常です。保険の資格の問題ではありません。",
};
const BY_SIGHT = "顔認証か目視確認モードで本人確認をしてください";
const document = (name) => `document:${name}`;
const copay = (percent) => `copay:${percent}`;

/** How long the program waits, in milliseconds; on a bench time may run faster. */
function limits(env) {
  const scale = Number(env.ONSHI_TIME_SCALE || 1);
  const ms = (seconds, least) => Math.max(seconds * 1000 * scale, least);
  return { http: ms(60, 400), file: ms(25, 250), card: ms(60, 500), pause: ms(0.3, 3), poll: ms(0.5, 5) };
}

export class Clinic {
  constructor(env) {
    this.limits = limits(env);
    this.lines = {};
    if (env.ONSHI_WEBAPI_URL) this.lines.webapi = new WebApi(env, this.limits);
    if (env.ONSHI_FOLDER) this.lines.folder = new Folder(env, this.limits);
    this.charts = new Map();
  }

  /** Put a page away, a new one under a number of its own. Returns what is kept now. */
  save(page) {
    const kept = { ...page, chart_no: page.chart_no ?? `N-${this.charts.size + 1}` };
    this.charts.set(kept.chart_no, kept);
    return kept;
  }

  /** Handle one visit. Always returns; troubles become part of the case. */
  async checkIn(visit) {
    const before = this.charts.get(visit.chart?.chart_no) ?? null;
    const it = new Case(this, visit, before);
    for (let i = RETRIES; await this.attempt(it, i); i -= 1);
    if (it.page && it.share !== null) {
      const text = `${it.page.name ?? ""} 様 負担割合 ${it.share}%`;
      it.documents = ["領収書", "処方箋"].map((kind) => ({ kind, text }));
    }
    return it;
  }

  /** Card, inquiry, decision. True when the operator wants it all once more. */
  async attempt(it, left) {
    it.message = "";
    let found;
    try {
      await it.visit.present();
      if (it.visit.surfaces.includes("pcsc")) await this.readCard(it);
      found = await this.lineFor(it.visit).ask(it.visit.inquiry, it.visit.date);
    } catch (e) {
      if (e instanceof DeviceTrouble) {
        it.status = "device_unusable";
        it.say(`${e.message}。機器・カードの問題で、保険の資格の問題ではありません。`);
        return it.fallBack(left > 0 && !FINAL.includes(e.kind));
      }
      if (!(e instanceof SystemTrouble)) throw e;
      it.status = e.status;
      it.say(`${e.message}。照会の問題で、保険の資格の問題ではありません。`);
      return it.fallBack(left > 0);
    }
    return it.decide(found, left);
  }

  /** The line on which this trouble can be met; the WebAPI where both can. */
  lineFor(visit) {
    const lines = Object.entries(this.lines);
    return (lines.find(([name]) => visit.surfaces.includes(name)) ?? lines[0])[1];
  }

  /** Card on the reader, certificate in date, PIN typed by the patient. */
  async readCard(it) {
    const card = await Card.open(this.limits.card);
    try {
      checkCertificate(it, card.until);
      await checkPin(it, card);
    } finally {
      card.close();
    }
  }
}

/** An expired certificate serves until the end of the third month after, for eligibility alone. */
function checkCertificate(it, until) {
  const jst = (time) => new Date(time + 9 * 3600_000).toISOString().slice(0, 10);
  const end = jst(until.getTime());
  const [year, month] = end.split("-").map(Number);
  const grace = new Date(Date.UTC(year, month + 3, 0)).toISOString().slice(0, 10);
  if (it.visit.date > grace) {
    throw new DeviceTrouble(
      "certificate",
      `マイナンバーカードの電子証明書の有効期限が切れています(${end})。切れたのは保険の資格ではなく電子証明書です`,
    );
  }
  if (it.visit.date > end) {
    it.warn(`電子証明書の有効期限が切れています(${end})。${grace}までは資格確認のみ使えます`);
  }
}

/** One VERIFY for each time the patient typed; a warning before the last try. */
async function checkPin(it, card) {
  let { left } = card;
  while (left !== 0) {
    if (left === 1) {
      it.warn("暗証番号はあと1回間違えるとロックされます");
      const prompt = "暗証番号の入力はあと1回です。患者さん本人がもう一度入力しますか";
      if ((await it.ask(prompt, ["retry"])) !== "retry") {
        throw new DeviceTrouble("pin", `暗証番号の入力をやめました。${BY_SIGHT}`);
      }
    }
    const pin = await it.visit.enterPin();
    if (pin === null) throw new DeviceTrouble("pin", `暗証番号が入力されません。${BY_SIGHT}`);
    if (!/^\d{4}$/.test(pin)) {
      it.warn("暗証番号は数字4桁です");
      continue;
    }
    const answer = await card.verify(pin);
    if (answer.right) return;
    left = answer.left;
    it.warn(`暗証番号が違います (残り${left}回)`);
  }
  throw new DeviceTrouble("pin", `暗証番号がロックされています。市区町村の窓口で再設定できます。${BY_SIGHT}`);
}

/** One visit: what has been shown, asked and decided so far. */
class Case {
  status = "request_error";
  message = "";
  asked = [];
  warned = [];
  offered = [];
  evidence = [];
  share = null;
  documents = [];

  constructor(clinic, visit, before) {
    Object.assign(this, { clinic, visit, before, page: before });
    const { name, kana, birthdate, sex, address } = visit.patient;
    this.form = { name, kana, birthdate, sex, address }; // as the patient writes it on the 問診票
  }

  say(text) {
    this.message = `${this.message}\n${text}`.trim();
  }

  warn(text) {
    if (!this.warned.includes(text)) this.warned.push(text);
  }

  async ask(prompt, options) {
    this.asked.push(prompt);
    return this.visit.decide(prompt, [...new Set(options), "cancel"]);
  }

  /** From the answer to what is done about it. True for "once more". */
  async decide(found, left) {
    const insured = found.records.length > 1 ? found.records.filter((r) => !r.welfare) : found.records;
    this.status = found.status;
    if (found.text) this.warn(`システムからの通知: ${found.text}`);
    if (["valid", "valid_unregistered"].includes(found.status)) {
      if (insured.length === 1) {
        this.say("資格は有効です。");
        return (await this.accept(insured[0])) ? false : this.fallBack(false);
      }
      this.status = insured.length ? "multiple" : "request_error";
    }
    this.say(TEXTS[this.status]);
    for (const r of found.records) this.say(`表示された資格: ${r.insurer_name} ${r.symbol}・${r.number} ${r.name}`);
    this.say("カルテの保険は変更していません。");
    return this.fallBack(left > 0 && ["request_error", "pending", "system_unreachable"].includes(this.status));
  }

  /** Take one valid qualification, as far as the operator lets it. False: it is somebody else's. */
  async accept(record) {
    for (const text of oddities(record, this.visit.date)) this.warn(text);
    const strangers = compare(this.page ?? this.form, record, ["kana", "birthdate", "sex"]);
    if (strangers.length) {
      this.warn(`別人の情報の可能性があります: ${strangers.join("、")}`);
      const prompt = `本人と異なる情報が返りました。この結果を使いますか: ${strangers.join("、")}`;
      if ((await this.ask(prompt, ["keep_chart", "use_online"])) !== "use_online") {
        this.message = "本人と異なる情報が返ったため、この結果は使いません。";
        return false;
      }
    }
    if (!this.page) await this.newPage(record);
    else for (const field of ["name", "address"]) await this.acceptText(field, record);
    this.evidence = ["online"];
    await this.acceptInsurance(record);
    await this.acceptLimit(record);
    await this.acceptShare(record);
    if (this.page.public?.length || "医療証" in this.visit.papers) {
      this.warn("公費は医療証・受給者証で別に確認してください");
    }
    return true;
  }

  keep(changes) {
    this.page = this.clinic.save({ ...this.page, ...changes });
  }

  /** A first visit: insurance from the answer, the name as the patient writes it. */
  async newPage(record) {
    const { insurer_number, symbol, number, branch, limit } = record;
    const share = shareOf(record, this.visit.date);
    let { name } = record;
    if (!name || name.includes(KUROMARU) || /^[\p{Script=Katakana}ー\s]+$/u.test(name)) {
      const papers = Object.entries(this.visit.papers).filter(([, p]) => p.name && !p.name.includes(KUROMARU));
      this.warn("氏名に表示できない文字(●)があるか、漢字の氏名がありません");
      const prompt = "氏名の正しい表記を問診票・本人確認書類で確かめてください";
      const answer = await this.ask(prompt, papers.map(([paper]) => document(paper)));
      name = papers.find(([paper]) => document(paper) === answer)?.[1].name ?? this.form.name;
    }
    this.keep({
      ...this.form, name, insurer_number, symbol, number, branch,
      copay_percent: share, limit: limit || null, public: [], status: this.status,
    });
  }

  /** A ● never replaces a confirmed spelling, and no other spelling or address does unasked. */
  async acceptText(field, record) {
    const label = { name: "氏名", address: "住所" }[field];
    if (record[field].includes(KUROMARU)) {
      this.warn(`${label}に●があります。カルテの表記を使います`);
      return;
    }
    const [difference] = compare(this.page, record, [field]);
    if (!difference) return;
    this.warn(difference);
    const prompt = `${label}が異なります。カルテを書き換えますか: ${difference}`;
    if ((await this.ask(prompt, ["keep_chart", "use_online"])) === "use_online") this.keep({ [field]: record[field] });
  }

  /** Numbers that differ from chart or paper: both are shown, the operator's word is kept. */
  async acceptInsurance(record) {
    const fields = ["insurer_number", "symbol", "number", "branch"];
    const sources = Object.entries({ カルテ: this.page, ...this.visit.papers });
    const differ = sources.map(([name, page]) => [name, compare(page, record, fields)]).filter(([, d]) => d.length);
    if (!differ.length) return;
    const text = differ.map(([name, d]) => `${name} ${d.join("、")}`).join(" / ");
    this.warn(`保険の記号・番号が異なります: ${text}`);
    const papers = differ.map(([name]) => name).filter((name) => name !== "カルテ");
    const answer = await this.ask(`保険が異なります。どれによりますか: ${text}`, [
      "keep_chart", "use_online", ...papers.map(document),
    ]);
    const paper = papers.find((name) => document(name) === answer);
    if (answer === "use_online") this.keep(Object.fromEntries(fields.map((f) => [f, record[f]])));
    else if (paper) this.evidence = [DOCUMENTS[paper] ?? "other"];
    else this.evidence = answer === "keep_chart" ? ["past_visit"] : [];
  }

  /** 限度額: absence means "no limit" to nobody; a change is asked about. */
  async acceptLimit(record) {
    const ours = this.page.limit ?? "";
    if (ours === record.limit) return;
    const asked = this.visit.inquiry.LimitApplicationCertificateRelatedConsFlg === "1";
    if (!record.limit && !asked) {
      this.warn(`限度額情報は未同意のため取得していません (カルテ ${ours})`);
      return;
    }
    const text = `限度額区分: カルテ「${ours || "なし"}」 オンライン「${record.limit || "なし"}」`;
    this.warn(text);
    const answer = await this.ask(`${text} 書き換えますか`, ["keep_chart", "use_online"]);
    if (answer === "use_online") this.keep({ limit: record.limit || null });
  }

  /** 負担割合: charged as chart, paper and answer agree on, else as the operator says. */
  async acceptShare(record) {
    const ours = this.page.copay_percent ?? null;
    const theirs = shareOf(record, this.visit.date);
    const papers = Object.entries(this.visit.papers).map(([name, p]) => [document(name), p.copay_percent ?? null]);
    const values = new Set([ours, theirs, ...papers.map(([, v]) => v)].filter((v) => v !== null));
    if (values.size === 1 && theirs !== null) {
      this.share = theirs;
      return;
    }
    const text = `負担割合: カルテ「${ours ?? "記載なし"}」 オンライン「${theirs ?? "記載なし"}」`;
    this.warn(text);
    const all = [["use_online", theirs], ["keep_chart", ours], ...papers, ...SHARES.map((v) => [copay(v), v])];
    const known = Object.fromEntries(all.filter(([, value]) => value !== null));
    const answer = await this.ask(`${text} どれで計算しますか`, Object.keys(known));
    this.share = known[answer] ?? ours;
    if (answer.startsWith("document:")) this.evidence.push(DOCUMENTS[answer.slice(9)] ?? "other");
    if (answer === "use_online") this.keep({ copay_percent: theirs });
  }

  /** No usable answer: the operator says what to go by. The chart stays. True for "once more". */
  async fallBack(retry) {
    const papers = Object.keys(DOCUMENTS).filter(
      (d) => this.visit.date <= PROVISIONAL_UNTIL || !["健康保険証", "資格情報のお知らせ"].includes(d),
    );
    const nothing = !this.before && !Object.keys(this.visit.papers).length;
    const more = [...(this.before ? ["past_visit"] : []), ...(nothing ? ["ten_wari"] : []), "other"];
    this.offered = [...papers.map((d) => DOCUMENTS[d]), ...more];
    const answer = await this.ask(`${this.message.split("\n")[0]} 何で確認しますか`, [
      ...papers.map(document),
      ...(this.page ? ["past_visit", "keep_chart"] : []),
      ...(retry ? ["retry"] : []),
      ...SHARES.map(copay),
    ]);
    if (answer === "retry") return true;
    const name = answer.startsWith("document:") ? answer.slice(9) : null;
    const said = answer.startsWith("copay:") ? Number(answer.slice(6)) : null;
    if (name) this.evidence = [DOCUMENTS[name]];
    else if (["past_visit", "keep_chart"].includes(answer)) this.evidence = ["past_visit"];
    else if (said !== null) this.evidence = [said === 100 ? "ten_wari" : "other"];
    const paper = this.visit.papers[name];
    if (!this.page) this.keep({ ...paper, ...this.form, chart_no: null, status: null });
    const last = this.evidence.length && name !== "被保険者資格申立書" ? this.page.copay_percent : null;
    this.share = said ?? paper?.copay_percent ?? last ?? (await this.askShare());
    return false;
  }

  /** 10割 is charged only when the operator says so. */
  async askShare() {
    const answer = await this.ask("窓口の負担割合を選んでください", SHARES.map(copay));
    return answer.startsWith("copay:") ? Number(answer.slice(6)) : null;
  }
}
