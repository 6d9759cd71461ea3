// One JSON line in, one out: a request by fetch, or by https where a client certificate is needed.
// Every request has a connection of its own, so that each one meets the beginning of TLS.
"use strict";
const fs = require("fs");
const https = require("https");
const readline = require("readline");

const read = (path) => (path ? fs.readFileSync(path) : undefined);

function tlsOptions(way) {
  const version = way.tls ? `TLSv${way.tls}` : undefined;
  const found = { ca: read(way.ca), cert: read(way.cert), key: read(way.key) };
  if (version) Object.assign(found, { minVersion: version, maxVersion: version });
  return found;
}

async function byFetch(way) {
  await fetch("data:,").catch(() => {}); // only then is there a dispatcher to make another like it
  const Agent = globalThis[Symbol.for("undici.globalDispatcher.1")].constructor;
  const agent = new Agent({ connect: tlsOptions(way) });
  try {
    const answer = await fetch(way.url, {
      method: way.data === "" ? "GET" : "POST",
      body: way.data === "" ? undefined : way.data,
      headers: way.headers,
      redirect: "manual",
      signal: AbortSignal.timeout(way.timeout * 1000),
      dispatcher: agent,
    });
    const body = Buffer.from(await answer.arrayBuffer());
    return { word: String(answer.status), body: body.toString("base64") };
  } finally {
    agent.destroy();
  }
}

function byHttps(way) {
  return new Promise((resolve, reject) => {
    const options = { ...tlsOptions(way), method: way.data === "" ? "GET" : "POST", headers: way.headers };
    const request = https.request(way.url, { ...options, agent: false }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("error", reject);
      answer.on("end", () =>
        resolve({ word: String(answer.statusCode), body: Buffer.concat(parts).toString("base64") }));
    });
    const patience = setTimeout(
      () => request.destroy(Object.assign(new Error("timeout"), { code: "TimeoutError" })), way.timeout * 1000);
    request.on("close", () => clearTimeout(patience));
    request.on("error", reject);
    request.end(way.data);
  });
}

function failure(error) {
  const inner = error.cause || error;
  const word = inner.code && typeof inner.code === "string" ? inner.code : inner.name;
  return { word, text: `${error.name}: ${error.message}; ${inner.message}`, body: "" };
}

readline.createInterface({ input: process.stdin }).on("line", async (line) => {
  const way = JSON.parse(line);
  const found = await (way.fetch ? byFetch(way) : byHttps(way)).catch(failure);
  process.stdout.write(JSON.stringify(found) + "\n");
});
