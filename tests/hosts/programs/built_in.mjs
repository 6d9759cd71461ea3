// An Electron product's main process: host names built in, https for the login (fetch cannot
// send a certificate), https and fetch for the search. Says what it got.
import { readFileSync } from "node:fs";
import https from "node:https";

const LOGIN = "https://hweb-api.oqs.onshikaku.org/oqs-api-pro/MSA12020/ILI12020SV01/auth";
const SEARCH = "https://hweb-mnc.oqs.onshikaku.org/oqs-api-pro/MSA01030/ILI01030SV01/search";
const inquiry = readFileSync(process.argv[2]);
const certificate = {
  cert: readFileSync(process.env.ONSHI_WEBAPI_CERT),
  key: readFileSync(process.env.ONSHI_WEBAPI_KEY),
};

function post(url, body, options) {
  return new Promise((done, failed) => {
    const request = https.request(url, { method: "POST", timeout: 20000, ...options }, (answer) => {
      let text = "";
      answer.on("data", (part) => (text += part));
      answer.on("end", () => done(JSON.parse(text)));
      answer.on("error", failed);
    });
    request.on("error", failed);
    request.end(body);
  });
}

const validity = (message) => message.XmlMsg.MessageBody.QualificationValidity;
const reason = (e) => `${e.name} ${e.cause?.code ?? e.code}: ${e.cause?.message ?? e.message}`;
const say = (way) => (e) => {
  console.error(way, reason(e));
  process.exitCode = 1;
};

const login = await post(LOGIN, '{"user":"x"}', certificate).catch(say("https"));
const headers = { Authorization: login?.result.idToken ?? "none" };
await post(SEARCH, inquiry, { headers })
  .then((found) => console.log("https", validity(found)))
  .catch(say("https"));
await fetch(SEARCH, { method: "POST", headers, body: inquiry })
  .then(async (found) => console.log("fetch", validity(await found.json())))
  .catch(say("fetch"));
