/** The two ways to the eligibility system: its WebAPI, and the 連携アプリ's folder. */

import { readFileSync } from "node:fs";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import https from "node:https";
import { join } from "node:path";

import { BadMessage, fromXml, requestTree, result, toXml } from "./messages.mjs";

const LOGIN = "/oqs-api-pro/MSA12020/ILI12020SV01/auth";
const SEARCH = "/oqs-api-pro/MSA01030/ILI01030SV01/search";
const TRIES = 8;

/** No usable answer from the system. Says nothing about the patient's insurance. */
export class SystemTrouble extends Error {
  constructor(text, { status = "system_unreachable", again = false } = {}) {
    super(text);
    this.status = status;
    this.again = again;
  }
}

const wait = (ms) => new Promise((done) => setTimeout(done, ms));
let counted = 0;

function numbered(date) {
  counted += 1;
  return `${date.replaceAll("-", "")}${String(counted).padStart(4, "0")}`;
}

/** The answer to this very inquiry, or SystemTrouble. */
function own(found, institution, identifier) {
  if (found.institution === institution && found.identifier === identifier) return found;
  throw new SystemTrouble("別の照会への応答が返りました");
}

/** Login with a client certificate, then search with the token. */
export class WebApi {
  #token = "";

  constructor(env, limits) {
    this.limits = limits;
    this.institution = env.ONSHI_INSTITUTION_CODE;
    this.login = new URL(LOGIN, env.ONSHI_WEBAPI_URL);
    this.search = new URL(SEARCH, env.ONSHI_WEBAPI_SEARCH_URL);
    this.ca = readFileSync(env.ONSHI_WEBAPI_CA);
    this.certificate = { cert: readFileSync(env.ONSHI_WEBAPI_CERT), key: readFileSync(env.ONSHI_WEBAPI_KEY) };
  }

  /** One inquiry, within `limits.http` milliseconds as a whole, whatever trickles in. */
  async ask(inquiry, date) {
    const identifier = numbered(date);
    const tree = requestTree(inquiry, { institution: this.institution, identifier, date });
    const signal = AbortSignal.timeout(this.limits.http);
    for (let i = 1; ; i += 1) {
      try {
        return own(await this.#ask(tree, signal), this.institution, identifier);
      } catch (e) {
        if (signal.aborted) throw new SystemTrouble("資格確認システムの応答がありません");
        if (!e.again || i === TRIES) throw e;
      }
      await wait(this.limits.pause);
    }
  }

  async #ask(tree, signal) {
    if (!this.#token) {
      const answer = await this.#post(this.login, {}, signal, this.certificate);
      this.#token = answer?.result?.idToken ?? "";
      if (!this.#token) throw new SystemTrouble("ログインできません", { status: "request_error" });
    }
    try {
      return result(await this.#post(this.search, tree, signal, { headers: { Authorization: this.#token } }));
    } catch (e) {
      if (!(e instanceof BadMessage)) throw e;
      throw new SystemTrouble(`応答を読み取れません (${e.message})`, { again: true });
    }
  }

  async #post(url, body, signal, more) {
    const headers = { "Content-Type": "application/json;charset=UTF-8", ...more.headers };
    const options = { method: "POST", ca: this.ca, agent: false, signal, ...more, headers };
    const { status, text } = await exchange(url, options, JSON.stringify(body)).catch(() => {
      throw new SystemTrouble("資格確認システムにつながりません", { again: true });
    });
    if (status === 401 || status === 403) {
      this.#token = "";
      throw new SystemTrouble("資格確認システムが認証を拒みました", { status: "request_error", again: true });
    }
    if (status >= 500) throw new SystemTrouble(`資格確認システムが使えません (HTTP ${status})`, { again: true });
    if (status !== 200) throw new SystemTrouble(`照会を断られました (HTTP ${status})`, { status: "request_error" });
    try {
      return JSON.parse(text, unbroken);
    } catch {
      throw new SystemTrouble("応答がJSONではありません", { again: true });
    }
  }
}

/** A value without characters whose bytes were lost; decoding UTF-8 replaces them without a word. */
function unbroken(_, value) {
  const broken = typeof value === "string" && (value.includes("\ufffd") || !value.isWellFormed());
  if (broken) throw new SyntaxError("文字が壊れています");
  return value;
}

/** {status, text} of a whole answer; half an answer is an error. */
function exchange(url, options, body) {
  return new Promise((done, failed) => {
    const asked = https.request(url, options, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part)).on("error", failed);
      answer.on("end", () => done({ status: answer.statusCode, text: Buffer.concat(parts).toString("utf8") }));
    });
    asked.on("error", failed).end(body);
  });
}

/** A request into req/, its result out of res/. */
export class Folder {
  #givenUp = new Set();

  constructor(env, limits) {
    this.limits = limits;
    this.institution = env.ONSHI_INSTITUTION_CODE;
    this.folder = env.ONSHI_FOLDER;
  }

  /** One inquiry, within `limits.file` milliseconds. */
  async ask(inquiry, date) {
    await this.#sweep();
    const identifier = numbered(date);
    const tree = requestTree(inquiry, { institution: this.institution, identifier, date });
    const request = join(this.folder, "req", `OQSsiquc01req_${identifier}.xml`);
    const answer = join(this.folder, "res", `OQSsiquc01res_${identifier}.xml`);
    try {
      await writeFile(`${request}.tmp`, toXml(tree));
      await rename(`${request}.tmp`, request);
    } catch {
      throw new SystemTrouble("連携フォルダに書き込めません");
    }
    for (const until = performance.now() + this.limits.file; performance.now() < until; ) {
      const found = await whole(answer);
      if (found) {
        await rm(answer, { force: true });
        return own(found, this.institution, identifier);
      }
      await wait(this.limits.poll);
    }
    await rm(request, { force: true });
    this.#givenUp.add(answer);
    throw new SystemTrouble("連携アプリから結果が届きません");
  }

  /** What came for inquiries that were given up belongs to no later patient. */
  async #sweep() {
    for (const path of this.#givenUp) await rm(path, { force: true }).catch(() => {});
  }
}

/** The result of a file that is written to its end, else null. */
async function whole(path) {
  try {
    return result(fromXml(await readFile(path)));
  } catch (e) {
    if (e instanceof BadMessage || e.code) return null;
    throw e;
  }
}
