/** The card reader as the reception sees it: every call comes back in time or is a trouble. */

import { fork } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("card-process.mjs", import.meta.url));
const START_MS = 10_000;

/** The reader or the card cannot be used. Says nothing about the patient's insurance. */
export class DeviceTrouble extends Error {
  constructor(kind, text) {
    super(text);
    this.kind = kind;
  }
}

/** Says in a sentence when the program for PC/SC is not there, before the first patient comes. */
export function checkInstalled() {
  try {
    createRequire(import.meta.url)("@pokusew/pcsclite");
  } catch (e) {
    const [why] = e.message.split("\n");
    throw new Error(`run npm install beside package.json first (@pokusew/pcsclite: ${why})`);
  }
}

/** A card from here to close(): `until` is its certificate's end, `left` the tries of its PIN. */
export class Card {
  #child;
  #ms;

  static async open(ms) {
    const card = new Card(ms);
    try {
      await card.#answer(START_MS);
      const { until, left } = await card.#ask({ op: "open" });
      card.until = new Date(until);
      card.left = left;
      return card;
    } catch (e) {
      card.close();
      throw e;
    }
  }

  constructor(ms) {
    this.#ms = ms;
    this.#child = fork(PROGRAM, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  }

  /** One VERIFY: {right, left}. */
  async verify(pin) {
    return this.#ask({ op: "verify", pin });
  }

  /** With its process the card's connection goes, and the PIN that was verified on it. */
  close() {
    this.#child.kill("SIGKILL");
  }

  async #ask(message) {
    this.#child.send(message, () => {});
    const { ok, trouble, text } = await this.#answer(this.#ms);
    if (trouble) throw new DeviceTrouble(trouble, text);
    return ok;
  }

  #answer(ms) {
    return new Promise((done, failed) => {
      const lost = () => over(failed, new DeviceTrouble("hang", "カードリーダーが応答しません"));
      const timer = setTimeout(lost, ms);
      const over = (how, what) => {
        clearTimeout(timer);
        this.#child.off("message", said).off("exit", lost);
        how(what);
      };
      const said = (message) => over(done, message);
      this.#child.once("message", said).once("exit", lost);
    });
  }
}
