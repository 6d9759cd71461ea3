/**
 * One patient's card, in a process of its own. PC/SC knows no time-outs, and @pokusew/pcsclite
 * blocks all of Node where the service is down: whoever waits for this process can end it.
 *
 * Messages in: {op: "open"}, {op: "verify", pin}. Out: {ok: …} or {trouble, text}.
 */

import { X509Certificate } from "node:crypto";
import { createRequire } from "node:module";

const JPKI = "00A4040C0AD392F000260100000001";
const CERTIFICATE = "00A4020C02000A";
const PIN = "00A4020C020018";
const TRIES = 8;
const PAUSE = 300 * Number(process.env.ONSHI_TIME_SCALE || 1);
const TROUBLES = {
  "8010001d": ["no_service", "カードリーダーのサービスが動いていません"],
  "8010001e": ["no_service", "カードリーダーのサービスが止まりました"],
  "8010002e": ["no_reader", "カードリーダーが見つかりません"],
  80100009: ["no_reader", "カードリーダーの接続が切れました"],
  80100017: ["no_reader", "カードリーダーの接続が切れました"],
  "8010000c": ["no_card", "カードが置かれていません"],
  80100069: ["removed", "読み取り中にカードが離れました"],
  80100066: ["mute", "カードが応答しません。置き方を確かめてください"],
  80100067: ["mute", "カードが応答しません。置き方を確かめてください"],
};

class Trouble extends Error {
  constructor(kind, text) {
    super(text);
    this.kind = kind;
  }
}

const pcsclite = createRequire(import.meta.url)("@pokusew/pcsclite");
let card = null;

process.on("message", async ({ op, pin }) => {
  try {
    process.send({ ok: op === "open" ? await open() : await verify(pin) });
  } catch (e) {
    process.send({ trouble: e.kind ?? "comm", text: e.message });
  }
});
process.on("disconnect", () => process.exit());
process.send({ ready: true });

/** Reading is tried again a few times: nothing is used up by it. */
async function open() {
  const found = watch();
  let last = new Trouble("no_reader", "カードリーダーが見つかりません");
  for (let i = 0; i < TRIES; i += 1) {
    await pause();
    const [reader] = Object.values(found.readers);
    if (!reader) continue;
    try {
      return await read(reader);
    } catch (e) {
      last = e;
      await call(reader, "disconnect", reader.SCARD_UNPOWER_CARD).catch(() => {});
      if (e.kind === "not_mynumber") break;
    }
  }
  throw last;
}

/** The readers, kept up to date. Does not return while the service is down. */
function watch() {
  const found = pcsclite();
  found.on("error", () => {});
  found.on("reader", (reader) => reader.on("error", () => {}));
  return found;
}

async function read(reader) {
  const protocol = await call(reader, "connect", { share_mode: reader.SCARD_SHARE_EXCLUSIVE });
  card = { reader, protocol };
  const { sw } = await send(JPKI);
  if (sw === 0x6a82) throw new Trouble("not_mynumber", "マイナンバーカードではありません");
  await select(CERTIFICATE);
  const until = new X509Certificate(await der()).validTo;
  await select(PIN);
  return { until: new Date(until).toISOString(), left: left((await send("00200080")).sw) };
}

/** One VERIFY for what the patient typed. Never repeated, whatever happens. */
async function verify(pin) {
  const text = Buffer.from(pin, "ascii");
  const { sw } = await send(`00200080${byte(text.length)}${text.toString("hex")}`);
  if (sw !== 0x9000 && left(sw) === null) throw unreadable(sw);
  return { right: sw === 0x9000, left: left(sw) };
}

async function der() {
  const head = await part(0, 4);
  const size = 4 + head.readUInt16BE(2);
  const parts = [head];
  for (let at = 4; at < size; ) {
    const next = await part(at, Math.min(256, size - at));
    if (!next.length) throw new Trouble("unreadable", "電子証明書が途中で切れています");
    parts.push(next);
    at += next.length;
  }
  return Buffer.concat(parts);
}

async function part(at, length) {
  const { data, sw } = await send(`00B0${byte(at >> 8)}${byte(at & 255)}${byte(length & 255)}`);
  if (sw !== 0x9000) throw unreadable(sw);
  return data;
}

async function select(apdu) {
  const { sw } = await send(apdu);
  if (sw !== 0x9000) throw unreadable(sw);
}

async function send(hex) {
  const answer = await call(card.reader, "transmit", Buffer.from(hex, "hex"), 258, card.protocol);
  if (answer.length < 2) throw new Trouble("unreadable", "カードの応答が途中で切れました");
  return { data: answer.subarray(0, -2), sw: answer.readUInt16BE(answer.length - 2) };
}

/** A method of a reader that takes a callback; its text holds the SCard code. */
function call(reader, name, ...args) {
  return new Promise((done, failed) => {
    reader[name](...args, (error, value) => {
      if (!error) return done(value);
      const code = /0x([0-9a-f]{8})\)/.exec(error.message)?.[1];
      const [kind, text] = TROUBLES[code] ?? ["comm", "カードリーダーとの通信に失敗しました"];
      return failed(new Trouble(kind, `${text} (${code ?? error.message})`));
    });
  });
}

function left(sw) {
  if (sw === 0x6983 || sw === 0x6984) return 0;
  return (sw & 0xfff0) === 0x63c0 ? sw & 15 : null;
}

function unreadable(sw) {
  return new Trouble("unreadable", `カードを読み取れません (${sw.toString(16)})`);
}

function byte(value) {
  return value.toString(16).padStart(2, "0");
}

function pause() {
  return new Promise((done) => setTimeout(done, Math.max(PAUSE, 15)));
}
