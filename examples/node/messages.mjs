/** The eligibility system's messages, JSON and XML: one tree, one result. */

const DECLARED = /^\s*<\?xml[^>]*?encoding=["']([\w-]+)["']/;
const TOKEN = /<\?[^>]*\?>|<!--[\s\S]*?-->|<(\/?)([\w.:-]+)[^>]*?(\/?)>|([^<]+)/g;
const ENTITIES = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

/** Not a whole, well-formed message: maybe still being written. */
export class BadMessage extends Error {}

/** The inquiry as a tree; JSON sends it as it is. */
export function requestTree(inquiry, { institution, identifier, date }) {
  return {
    XmlMsg: {
      MessageHeader: {
        QualificationConfirmationDate: date.replaceAll("-", ""),
        MedicalInstitutionCode: institution,
        ArbitraryFileIdentifier: identifier,
      },
      MessageBody: { QualificationConfirmSearchInfo: inquiry },
    },
  };
}

/** The inquiry as a UTF-8 file. */
export function toXml(tree) {
  const element = (name, content) => {
    const inner =
      typeof content === "object"
        ? Object.entries(content).map(([key, value]) => element(key, value)).join("")
        : String(content).replace(/[<>&]/g, (c) => `&#${c.codePointAt(0)};`);
    return `<${name}>${inner}</${name}>`;
  };
  const [[name, content]] = Object.entries(tree);
  return `<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n${element(name, content)}`;
}

/** The tree of a result file. Raises BadMessage for half a file. */
export function fromXml(bytes) {
  const declared = DECLARED.exec(bytes.toString("latin1"))?.[1].toLowerCase() ?? "utf-8";
  let text;
  try {
    text = new TextDecoder(declared === "utf-8" ? "utf-8" : "shift_jis", { fatal: true }).decode(bytes);
  } catch {
    throw new BadMessage("文字コードが違います");
  }
  const root = { name: "", value: {}, text: "" };
  const open = [root];
  for (const [token, closes, name, empty, words] of text.matchAll(TOKEN)) {
    const here = open.at(-1);
    if (words !== undefined) here.text += words;
    else if (name === undefined) continue;
    else if (closes) {
      if (here.name !== name || open.length < 2) throw new BadMessage(`${token} が合いません`);
      open.pop();
      add(open.at(-1), here);
    } else if (empty) add(here, { name, value: {}, text: "" });
    else open.push({ name, value: {}, text: "" });
  }
  if (open.length !== 1 || !root.value.XmlMsg) throw new BadMessage("XMLが途中で切れています");
  return root.value;
}

/** Children by name; a name that repeats becomes a list. */
function add(parent, { name, value, text }) {
  const found = Object.keys(value).length ? value : text.trim().replace(/&(#?)(\w+);/g, entity);
  const before = parent.value[name];
  if (before === undefined) parent.value[name] = found;
  else parent.value[name] = [before, found].flat();
}

function entity(whole, numeric, name) {
  if (!numeric) return ENTITIES[name] ?? whole;
  return String.fromCodePoint(name[0] === "x" ? parseInt(name.slice(1), 16) : Number(name));
}

/** A tree as {institution, identifier, status, text, records}; `status` is a handling's word. */
export function result(tree) {
  const header = tree?.XmlMsg?.MessageHeader;
  if (!header) throw new BadMessage("応答の形が違います");
  const body = tree.XmlMsg.MessageBody || {};
  return {
    institution: header.MedicalInstitutionCode ?? "",
    identifier: header.ArbitraryFileIdentifier ?? "",
    status: status(header, body),
    text: header.ErrorMessage || body.ProcessingResultMessage || "",
    records: records(body.ResultList).map(record),
  };
}

/** SegmentOfResult, ProcessingResultStatus and QualificationValidity as one word. */
function status(header, body) {
  if (header.SegmentOfResult === "2") return "pending";
  if (header.SegmentOfResult !== "1") return "system_unreachable";
  if (body.ProcessingResultStatus !== "1") return "request_error";
  const words = ["valid", "invalid", "invalid_new", "not_found", "multiple", "valid_unregistered"];
  return words[Number(body.QualificationValidity) - 1] ?? "request_error";
}

/** ResultList is a list of one-key objects in JSON and an element with children in XML. */
function records(list) {
  return [list ?? []].flat().flatMap((part) => part.ResultOfQualificationConfirmation ?? []);
}

function record(r) {
  const elderly = r.ElderlyRecipientCertificateInfo?.ElderlyRecipientContributionRatio;
  const limit = r.LimitApplicationCertificateRelatedInfo || {};
  return {
    welfare: r.InsuredCardClassification === "A1",
    insurer_number: (r.InsurerNumber ?? "").trim(),
    insurer_name: r.InsurerName ?? "",
    symbol: r.InsuredCardSymbol ?? "",
    number: r.InsuredIdentificationNumber ?? "",
    branch: r.InsuredBranchNumber ?? "",
    relation: r.PersonalFamilyClassification ?? "",
    name: r.Name ?? "",
    kana: r.NameKana ?? "",
    sex: r.Sex1 ?? "",
    birthdate: day(r.Birthdate),
    address: r.Address ?? "",
    valid_from: day(r.InsuredCardValidDate),
    valid_to: r.InsuredCardExpirationDate ?? "",
    preschool: r.PreschoolClassification === "1",
    ratio: percent(r.InsuredPartialContributionRatio) ?? percent(elderly),
    limit: limit.LimitApplicationCertificateClassificationFlag ?? "",
  };
}

function day(text) {
  return /^\d{8}$/.test(text ?? "") ? text.replace(/(....)(..)(..)/, "$1-$2-$3") : null;
}

function percent(text) {
  return /^\d{1,3}$/.test(text ?? "") ? Number(text) : null;
}
