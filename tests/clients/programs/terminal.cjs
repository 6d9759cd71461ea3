/**
 * A program in Node at a reader: one line per answer. With a card it reads and tries a wrong PIN,
 * then it waits until the card has gone and come again.
 */
const { X509Certificate } = require("node:crypto");
const pcsclite = require("@pokusew/pcsclite");

let closing = false;
const say = (...words) => closing || process.stdout.write(`${words.join(" ")}\n`);
const JPKI = "00A4040C0AD392F000260100000001";
let visits = 0;

function call(reader, name, ...args) {
  return new Promise((resolve, reject) => {
    reader[name](...args, (error, value) => (error ? reject(error) : resolve(value)));
  });
}

async function card(reader) {
  const protocol = await call(reader, "connect", { share_mode: reader.SCARD_SHARE_SHARED });
  say("connected", protocol === 2 ? "T=1" : protocol);
  const send = async (hex) => {
    const answer = await call(reader, "transmit", Buffer.from(hex, "hex"), 258, protocol);
    return [answer.subarray(0, -2), answer.subarray(-2).toString("hex")];
  };
  say("select", (await send(JPKI))[1]);
  await send("00A4020C02000A");
  const [head] = await send("00B0000004");
  const size = 4 + head.readUInt16BE(2);
  const parts = [];
  for (let at = 0; at < size; at += 256) {
    const [part] = await send(`00B0${at.toString(16).padStart(4, "0")}00`);
    parts.push(part);
  }
  const certificate = new X509Certificate(Buffer.concat(parts).subarray(0, size));
  say("certificate", certificate.publicKey.asymmetricKeyDetails.modulusLength, size);
  await send("00A4020C020018");
  say("verify", (await send("002000800439393939"))[1]);
  say("tries", (await send("00200080"))[1]);
  await call(reader, "disconnect", reader.SCARD_LEAVE_CARD);
}

const found = pcsclite();
found.on("error", (error) => say("error", error.message));
found.on("reader", (reader) => {
  say("reader", reader.name);
  reader.on("error", (error) => say("reader error", error.message));
  reader.on("end", () => say("reader gone"));
  reader.on("status", async ({ state, atr }) => {
    const changed = reader.state ^ state;
    if (!(changed & reader.SCARD_STATE_PRESENT)) return;
    if (!(state & reader.SCARD_STATE_PRESENT)) {
      say("removed");
      return;
    }
    say("inserted", atr.toString("hex"));
    visits += 1;
    try {
      if (visits === 1) await card(reader);
      else setImmediate(() => {
        // Not in this callback: the addon holds the lock that close() wants.
        say("done");
        closing = true;
        found.close();
        reader.close();
      });
    } catch (error) {
      say("failed", error.message);
    }
  });
});
