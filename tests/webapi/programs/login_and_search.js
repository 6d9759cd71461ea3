// An Electron product's client: node:https for the login (fetch cannot send a certificate),
// fetch for the search.
const fs = require("node:fs");
const https = require("node:https");

const [login, search, ca, cert, key, p12, password, inquiry] = process.argv.slice(2);

function post(options) {
  return new Promise((done, failed) => {
    const request = https.request(
      login,
      { method: "POST", ca: fs.readFileSync(ca), agent: false, timeout: 10000, ...options },
      (answer) => {
        let text = "";
        answer.on("data", (part) => (text += part));
        answer.on("end", () => done([answer.statusCode, text]));
      },
    );
    request.on("error", failed);
    request.end("{}");
  });
}

(async () => {
  const refused = await post({}).catch((e) => e);
  console.log(`no certificate: ${refused.code}`);
  const [status] = await post({ cert: fs.readFileSync(cert), key: fs.readFileSync(key) });
  console.log("https pem", status);
  const [again, text] = await post({ pfx: fs.readFileSync(p12), passphrase: password });
  console.log("https p12", again);
  const token = JSON.parse(text).result.idToken;
  const found = await fetch(search, {
    method: "POST",
    headers: { Authorization: token },
    body: fs.readFileSync(inquiry),
  });
  const message = (await found.json()).XmlMsg;
  const info = message.MessageBody.QualificationConfirmSearchInfo;
  console.log("fetch", found.status, info.InsuredCardSymbol);
})();
