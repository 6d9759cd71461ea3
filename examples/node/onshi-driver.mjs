/**
 * The driver: walks a product through the troubles of a survey, over the control API of
 * `onshi serve`. It knows that API and nothing of any product. Node 18 or later, no packages.
 *
 *     import { Adapter, run } from "./onshi-driver.mjs";
 *     class MyAdapter extends Adapter { ... }
 *     process.exit(await run(() => new MyAdapter()));
 *
 * What the fields of a visit and of a handling mean: docs/integration.md of pytest-onshi. They have
 * the names of the API here, too. Everything that the product has to know stands in the
 * environment, as `onshi serve` printed it: ONSHI_WEBAPI_URL, ONSHI_FOLDER, PCSCLITE_CSOCK_NAME ...
 */

import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";

const CALL_SECONDS = 120;
const BYTES = "application/octet-stream";
const UNREADABLE = 422;
const UNTROUBLED = "untroubled";
const WORDS = { passed: "適合", failed: "違反", skipped: "観測なし", waived: "猶予" };
const USAGE = `usage: node main.mjs [--junit FILE] [--html FILE] [--patience SECONDS] [--quiet] [TROUBLE ...]

Without a TROUBLE: all troubles of the profiles that \`onshi serve\` was started with; "untroubled"
is a patient with whom nothing goes wrong. The JUnit file is onshi-junit.xml unless named. --quiet
leaves out the summary, which \`onshi serve -- node …\` prints by itself.

Exit code: 0 nothing is broken; 1 the product broke a rule; 2 a mistake in what was asked for.`;

/** What a vendor writes: how a patient is checked in with the product. Only checkIn is needed. */
export class Adapter {
  /** What the product uses: pcsc, webapi, folder, face. */
  surfaces = [];

  /** Start the product, once; `env` holds the addresses. */
  async start(env) {}

  /** Forget the last visit: called before each trouble. */
  async reset() {}

  /** The business date, "2025-10-20": before the first visit, and whenever it changes. */
  async setDate(date) {}

  /** Give the product exactly this insurance page for the patient; null: a new patient. */
  async prepare(chart) {}

  /** Check the patient of a Visit in. Returns a handling: what could be seen of it. */
  async checkIn(visit) {
    throw new Error(`${this.constructor.name} has no checkIn(visit)`);
  }

  /** The month is closed: whatever the product does before claims go out. */
  async closeMonth(date) {}

  /**
   * Write the patient's claim, hand it in with `visit.claim(content)`, and return a handling. As it
   * is here: claims are not looked at.
   */
  async claim(visit) {
    return {};
  }

  /** Read `await visit.returned()`, a RECEIPTC.HEN. As it is here: that is not looked at. */
  async importReturns(visit) {
    return {};
  }

  /** Whether the product still takes input; null when that cannot be told. */
  async alive() {
    return null;
  }

  /** Stop the product, once. */
  async stop() {}
}

/** One patient at the desk: the fields of the API's Visit, and what the people in it do. */
export class Visit {
  #control;

  constructor(control, fields) {
    this.#control = control;
    Object.assign(this, fields);
  }

  /** The patient puts the card on the reader, or identifies at the face reader. */
  async present() {
    await this.#post("present");
  }

  /** The patient takes the card back. */
  async takeAway() {
    await this.#post("take_away");
  }

  /** What the patient types this time; null when nothing (more) comes. */
  async enterPin() {
    return (await this.#post("pin")).pin;
  }

  /** What the operator answers to a question of the product: one of `options`, or "cancel". */
  async decide(prompt, options) {
    return (await this.#post("decide", { prompt, options })).answer;
  }

  /**
   * Hand in the レセプト電算 file (a Buffer) when `purpose` is "claim". Returns null, or what in the
   * file cannot be read, by record and item; the trouble has failed then.
   */
  async claim(content) {
    try {
      await this.#control.call("POST", `/visits/${this.id}/claim`, content);
    } catch (e) {
      if (!(e instanceof RefusedError) || e.status !== UNREADABLE) throw e;
      return e.message;
    }
    return null;
  }

  /** The RECEIPTC.HEN that came back (a Buffer); null: nothing did. */
  async returned() {
    return this.returns && (await this.#control.call("GET", `/visits/${this.id}/returns`));
  }

  async #post(what, body = {}) {
    return this.#control.call("POST", `/visits/${this.id}/${what}`, body);
  }
}

/** A mistake that ends the run with one sentence: no server, a wrong token, a file. */
export class DriverError extends Error {}

/** The control API said no: `status`, and what it said of which field. */
export class RefusedError extends Error {
  constructor(status, detail) {
    super(`${detail.field ? `${detail.field}: ` : ""}${detail.message}`);
    this.status = status;
  }
}

/** The control API of one `onshi serve`. */
export class Control {
  #base;
  #headers;
  #tls;

  constructor(env) {
    const { ONSHI_CONTROL_URL: url, ONSHI_CONTROL_TOKEN: token } = env;
    if (!url || !token) {
      throw new DriverError(
        "ONSHI_CONTROL_URL and ONSHI_CONTROL_TOKEN are not set: start this as " +
          "`onshi serve -- node …`, or export what `onshi serve` prints",
      );
    }
    this.#base = url;
    this.#headers = { authorization: `Bearer ${token}` };
    this.#tls = url.startsWith("https:") ? certificates(env) : {};
  }

  /** The parsed answer of one call; a Buffer or text where it is not JSON. Bodies: likewise. */
  async call(method, path, body) {
    const raw = Buffer.isBuffer(body);
    const content = body === undefined || raw ? body : Buffer.from(JSON.stringify(body));
    const type = raw ? BYTES : "application/json";
    const answer = await this.#send(method, path, content, type);
    const json = answer.type.startsWith("application/json");
    const bytes = answer.type.startsWith(BYTES);
    const found = json ? JSON.parse(answer.content) : bytes ? answer.content : `${answer.content}`;
    if (answer.status < 400) return found;
    if (answer.status === 401) throw new DriverError(found.error.message);
    throw new RefusedError(answer.status, json ? found.error : { message: found });
  }

  #send(method, path, content, type) {
    const { request } = this.#base.startsWith("https:") ? https : http;
    const headers = { ...this.#headers };
    if (content !== undefined) {
      Object.assign(headers, { "content-type": type, "content-length": content.length });
    }
    const signal = AbortSignal.timeout(CALL_SECONDS * 1000);
    return new Promise((done, failed) => {
      const gone = (e) => failed(new DriverError(`onshi serve at ${this.#base} does not answer: ${e.code ?? e.message}`));
      const options = { method, headers, agent: false, signal, ...this.#tls };
      const asked = request(new URL(path, this.#base), options, (answer) => {
        const parts = [];
        answer.on("error", gone).on("data", (part) => parts.push(part));
        answer.on("end", () =>
          done({
            status: answer.statusCode,
            type: answer.headers["content-type"] ?? "",
            content: Buffer.concat(parts),
          }),
        );
      });
      asked.on("error", gone).end(content);
    });
  }
}

/** Walk a product through the troubles and print what came of it. Returns the exit code. */
export async function run(makeAdapter, args = process.argv.slice(2), env = process.env) {
  try {
    const options = parsed(args);
    if (options.help) {
      console.log(USAGE);
      return 0;
    }
    return await new Walk(new Control(env), makeAdapter, options, env).all();
  } catch (e) {
    if (!(e instanceof DriverError || e instanceof RefusedError)) throw e;
    console.error(`onshi-driver: ${e.message}`);
    return 2;
  }
}

class Walk {
  #adapter = null;

  constructor(control, makeAdapter, options, env) {
    this.control = control;
    this.make = makeAdapter;
    this.options = options;
    this.env = env;
    this.judged = new Set();
  }

  async all() {
    const surfaces = this.make().surfaces;
    const troubles = await this.#troubles(surfaces);
    for (const trouble of troubles) await this.#trouble(trouble, surfaces);
    await this.#stop();
    return this.#sum();
  }

  /** Ids, in the order of a pytest run; those that do the same to this product only once. */
  async #troubles(surfaces) {
    const named = this.options.troubles;
    for (const id of named) {
      if (id !== UNTROUBLED) await this.control.call("GET", `/troubles/${encodeURIComponent(id)}`);
    }
    if (named.length) return named;
    const found = await this.control.call("GET", `/troubles?surfaces=${surfaces.join(",")}`);
    return found.filter((t) => t.in_scope && !t.same_as).map((t) => t.id);
  }

  async #trouble(id, surfaces) {
    const wanted = { trouble: id === UNTROUBLED ? null : id, surfaces, fresh: true };
    const begun = await this.control.call("POST", "/desks/0/visits", wanted);
    let visit = new Visit(this.control, begun);
    let answer;
    for (let date = null; visit !== null; ) {
      const body = await this.#handle(visit, date);
      answer = await this.#report(visit, body);
      date = visit.date;
      visit = answer.next && new Visit(this.control, answer.next);
    }
    for (const one of [id, ...answer.also]) this.judged.add(one);
    const more = answer.also.length ? ` (同じ刺激: ${answer.also.join(" ")})` : "";
    console.log(`${WORDS[answer.result]}  ${id}  ${begun.title || "トラブルのない患者"}${more}`);
    if (answer.result !== "failed") return;
    const [, ...why] = answer.text.split("\n"); // its first line is the trouble and its title again
    console.log(why.map((line) => `  ${line}`).join("\n"));
  }

  /**
   * One step with the product: its handling, or how it failed to give one. `date` is the one of the
   * step before; null at the first.
   */
  async #handle(visit, date) {
    try {
      const adapter = await this.#started();
      if (date === null) await this.#within("reset", adapter.reset());
      if (date !== visit.date) await this.#within("setDate", adapter.setDate(visit.date));
      if (visit.unknown) await this.#within("prepare", adapter.prepare(visit.chart));
      if (visit.purpose === "claim") {
        await this.#within("closeMonth", adapter.closeMonth(visit.date));
        return { ...(await this.#within("claim", adapter.claim(visit))) };
      }
      if (visit.purpose === "returns") {
        if (!visit.returns) return {};
        return { ...(await this.#within("importReturns", adapter.importReturns(visit))) };
      }
      const handling = await this.#within("checkIn", adapter.checkIn(visit));
      const alive = visit.following ? null : await this.#within("alive", adapter.alive());
      return { ...handling, alive };
    } catch (e) {
      if (e instanceof DriverError) throw e;
      if (!(e instanceof HungError)) return { error: `${e.name ?? "Error"}: ${e.message ?? e}` };
      console.error(`onshi-driver: ${e.message}; the product is started anew`);
      this.#adapter = null;
      return { returned: false };
    }
  }

  /** What the product did, said to the API; a handling that is none is the adapter's failure. */
  async #report(visit, body) {
    const path = `/visits/${visit.id}/handling`;
    try {
      return await this.control.call("POST", path, body);
    } catch (e) {
      if (!(e instanceof RefusedError) || e.status !== 400) throw e;
      return this.control.call("POST", path, { error: `the handling was refused: ${e.message}` });
    }
  }

  async #started() {
    if (this.#adapter === null) {
      const adapter = this.make();
      try {
        await this.#within("start", adapter.start({ ...this.env }));
      } catch (e) {
        throw new DriverError(`the product did not start: ${e.message ?? e}`);
      }
      this.#adapter = adapter;
    }
    return this.#adapter;
  }

  async #stop() {
    try {
      if (this.#adapter !== null) await this.#within("stop", this.#adapter.stop());
    } catch (e) {
      console.error(`onshi-driver: the product did not stop: ${e.message ?? e}`);
    }
  }

  /** What a call of the adapter comes to, or HungError; the call itself is left behind then. */
  async #within(name, promise) {
    const { patience } = this.options;
    let timer;
    const late = new Promise((_, failed) => {
      const hung = () => failed(new HungError(`${name}() did not return within ${patience} seconds`));
      timer = setTimeout(hung, patience * 1000);
    });
    try {
      return await Promise.race([promise, late]);
    } finally {
      clearTimeout(timer);
      Promise.resolve(promise).catch(() => {});
    }
  }

  async #sum() {
    const { run, rows } = await this.control.call("GET", "/results");
    const own = rows.filter((row) => this.judged.has(row.trouble));
    const count = (result) => own.filter((row) => row.result === result).length;
    for (const [path, name] of [["junit", "junit.xml"], ["html", "report.html"]]) {
      if (this.options[path]) write(this.options[path], await this.control.call("GET", `/results/${name}`));
    }
    const observed = own.length - count("skipped");
    const code = count("failed") || observed < run.min_observed ? 1 : 0;
    if (this.options.quiet) return code;
    console.log(`\n${await this.control.call("GET", "/results/summary.txt")}`);
    const tally = Object.entries(WORDS).map(([result, word]) => `${word} ${count(result)}`);
    console.log(`${own.length} 件: ${tally.join("、")}`);
    return code;
  }
}

class HungError extends Error {}

function parsed(args) {
  const text = { type: "string" };
  let found;
  try {
    found = parseArgs({
      args,
      allowPositionals: true,
      options: {
        junit: { ...text, default: "onshi-junit.xml" },
        html: text,
        patience: { ...text, default: "30" },
        quiet: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (e) {
    throw new DriverError(`${e.message}\n${USAGE}`);
  }
  const patience = Number(found.values.patience);
  if (!(patience > 0)) throw new DriverError(`--patience is a number of seconds, not ${found.values.patience}`);
  for (const path of [found.values.junit, found.values.html]) {
    if (path && !existsSync(dirname(resolve(path)))) {
      throw new DriverError(`there is no folder ${dirname(resolve(path))} to write ${path} to`);
    }
  }
  return { ...found.values, patience, troubles: found.positionals };
}

/** A server for other machines wants a certificate of the same set as the WebAPI's login. */
function certificates(env) {
  const names = { ca: "ONSHI_WEBAPI_CA", cert: "ONSHI_WEBAPI_CERT", key: "ONSHI_WEBAPI_KEY" };
  const read = ([key, name]) => {
    try {
      return [key, readFileSync(env[name])];
    } catch (e) {
      throw new DriverError(`${name} (${env[name] ?? "not set"}) cannot be read: ${e.code ?? e.message}`);
    }
  };
  return Object.fromEntries(Object.entries(names).map(read));
}

/** The whole file or none of it. */
function write(path, text) {
  try {
    writeFileSync(`${path}.part`, text);
    renameSync(`${path}.part`, path);
  } catch (e) {
    throw new DriverError(`${path} cannot be written: ${e.code ?? e.message}`);
  }
}
