// What Node reads: of files by TextDecoder with the declared label, references resolved as parsers
// in JavaScript do it; of JSON bodies as fetch does.
const fs = require("node:fs");

function named(content) {
  const label = /encoding="([^"]+)"/.exec(content.toString("latin1"));
  return label ? label[1] : "utf-8";
}

function resolved(text) {
  return text.replace(/&#(x?)([0-9A-Fa-f]+);/g, (_, hex, digits) =>
    String.fromCodePoint(parseInt(digits, hex ? 16 : 10)),
  );
}

function decoded(content, fatal) {
  try {
    const text = new TextDecoder(named(content), { fatal }).decode(content);
    const found = /<Name>(.*?)<\/Name>/s.exec(text);
    return found ? resolved(found[1]) : "! no element";
  } catch (e) {
    return `! ${e.name}`;
  }
}

async function name(content) {
  try {
    const tree = await new Response(content).json();
    return tree.XmlMsg.MessageBody.ResultList[0].ResultOfQualificationConfirmation.Name;
  } catch (e) {
    return `! ${e.name}`;
  }
}

(async () => {
  const answers = [];
  for (const path of process.argv.slice(2)) {
    const content = fs.readFileSync(path);
    answers.push(
      path.endsWith(".json")
        ? { json: await name(content) }
        : { lenient: decoded(content, false), fatal: decoded(content, true) },
    );
  }
  process.stdout.write(JSON.stringify(answers));
})();
