/** Chart and papers against the system's answer: what differs, and what is missing or odd. */

export const KUROMARU = "●";
const SMALL = "ァィゥェォッャュョヮ";
const LARGE = "アイウエオツヤユヨワ";
const LABELS = {
  name: "氏名", kana: "カナ氏名", birthdate: "生年月日", sex: "性別", address: "住所",
  insurer_number: "保険者番号", symbol: "記号", number: "番号", branch: "枝番",
};

const plain = (text) => text.normalize("NFKC").replace(/[\s　]/g, "");
const FOLDS = {
  kana: (text) => plain(text).replace(/[ァ-ヮ]/g, (c) => (SMALL.includes(c) ? LARGE[SMALL.indexOf(c)] : c)),
  address: (text) =>
    plain(text)
      .replace(/[一二三四五六七八九]/g, (c) => "一二三四五六七八九".indexOf(c) + 1)
      .replace(/(丁目|番地|番|号|の|[‐－―ー−-])/g, "-")
      .replace(/-+/g, "-")
      .replace(/-$/, ""),
  insurer_number: (text) => plain(text).replace(/^0+/, ""),
  branch: (text) => plain(text).replace(/^0+/, ""),
};

/** The fields in which both sides say something, and not the same, in words for the operator. */
export function compare(ours, theirs, fields) {
  return fields
    .filter((f) => {
      const fold = FOLDS[f] ?? plain;
      return ours[f] && theirs[f] && fold(ours[f]) !== fold(theirs[f]);
    })
    .map((f) => `${LABELS[f]}: 当院「${ours[f]}」 オンライン「${theirs[f]}」`);
}

/** The patient's share in percent by the answer; null where it should say and does not. */
export function shareOf(record, date) {
  if (record.welfare) return 0;
  if (record.ratio !== null) return record.ratio;
  if (record.birthdate && age(record.birthdate, date) >= 70) return null;
  return record.preschool ? 20 : 30;
}

/** What is missing or cannot be: shown, never filled in. */
export function oddities(record, date) {
  const years = record.birthdate ? age(record.birthdate, date) : null;
  return [
    !record.valid_from && "有効開始日の記載がありません",
    !["1", "2"].includes(record.relation) && "本人・家族の区分の記載がありません",
    years >= 70 && shareOf(record, date) === null && "高齢受給者証などの負担割合の記載がありません",
    years !== null && years < 70 && record.limit.startsWith("B") &&
      `${years}歳に70歳以上の限度額区分${record.limit}が付いています`,
  ].filter(Boolean);
}

function age(birthdate, date) {
  const years = Number(date.slice(0, 4)) - Number(birthdate.slice(0, 4));
  return years - (date.slice(5) < birthdate.slice(5) ? 1 : 0);
}
