import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;

/** A valid qualification: what differs is shown, and nothing is written without a yes. */
final class Acceptance {
    private final Clinic clinic;

    Acceptance(Clinic clinic) {
        this.clinic = clinic;
    }

    /** False when the answer is about somebody else, and the operator said so. */
    boolean accept(Case visit, Answer.Qualification found) {
        oddities(visit, found);
        Page ours = visit.page == null ? visit.desk.form() : visit.page;
        List<String> strangers = person(ours, found);
        if (!strangers.isEmpty()) {
            strangers.forEach(visit::warn);
            String prompt = "本人と異なる情報が返りました。この結果を使いますか: "
                    + String.join("、", strangers);
            if (!agreed(visit, prompt)) {
                visit.message = "本人と異なる情報が返ったため、この結果は使いません。";
                return false;
            }
        }
        if (visit.page == null) {
            visit.page = clinic.save(newPage(visit, found));
        } else {
            name(visit, found);
            address(visit, found);
        }
        visit.evidence = List.of("online");
        insurance(visit, found);
        limit(visit, found);
        share(visit, found);
        return true;
    }

    private static boolean agreed(Case visit, String prompt) {
        return visit.ask(prompt, List.of(Case.KEEP_CHART, Case.USE_ONLINE)).equals(Case.USE_ONLINE);
    }

    /** A first visit: insurance from the answer, the person as they wrote themselves down. */
    private static Page newPage(Case visit, Answer.Qualification found) {
        Page page = visit.desk.form().copy();
        page.name = firstName(visit, found);
        page.share = found.share(visit.desk.day());
        page.limit = found.limit;
        page.publicExpense = List.of();
        page.status = visit.status;
        take(page, found);
        return page;
    }

    /** The spelling for a new chart; asked for where the answer cannot give it. */
    private static String firstName(Case visit, Answer.Qualification found) {
        if (Fold.complete(found.name) != null && Fold.hasKanji(found.name)) {
            return found.name;
        }
        visit.warn("氏名に表示できない文字(●)があるか、漢字の氏名がありません");
        List<String> papers = new ArrayList<>();
        visit.desk.papers().forEach((name, paper) -> {
            if (Fold.complete(paper.name) != null) {
                papers.add(Case.document(name));
            }
        });
        String answer = visit.ask("氏名の正しい表記を問診票・本人確認書類で確かめてください", papers);
        Page paper = visit.desk.papers().get(String.valueOf(Case.documentOf(answer)));
        return paper == null ? Fold.complete(visit.desk.form().name) : paper.name;
    }

    /** A ● never replaces a confirmed spelling, and no other spelling does unasked. */
    private void name(Case visit, Answer.Qualification found) {
        Page page = visit.page;
        if (found.name.contains(Fold.KUROMARU)) {
            visit.warn("氏名に●があります。カルテの表記を使います");
        } else if (page.name != null && !found.name.isEmpty() && !Fold.sameName(page.name, found.name)) {
            String text = different("氏名", page.name, found.name);
            visit.warn(text);
            if (agreed(visit, "氏名の表記が異なります。カルテを書き換えますか: " + text)) {
                page.name = found.name;
                clinic.save(page);
            }
        }
    }

    private void address(Case visit, Answer.Qualification found) {
        Page page = visit.page;
        if (found.address.contains(Fold.KUROMARU)
                || !Fold.differ(page.address, found.address, Fold::address)) {
            return;
        }
        String text = different("住所", page.address, found.address);
        visit.warn(text);
        if (agreed(visit, "住所が異なります。カルテを書き換えますか: " + text)) {
            page.address = found.address;
            clinic.save(page);
        }
    }

    /** Numbers that differ from chart or paper: both are shown, and what was gone by is kept. */
    private void insurance(Case visit, Answer.Qualification found) {
        List<String> texts = new ArrayList<>();
        Set<String> options = new LinkedHashSet<>(List.of(Case.KEEP_CHART, Case.USE_ONLINE));
        Map<String, Page> sources = new LinkedHashMap<>(Map.of("カルテ", visit.page));
        sources.putAll(visit.desk.papers());
        sources.forEach((name, page) -> {
            List<String> differences = numbers(page, found);
            if (!differences.isEmpty()) {
                texts.add(name + " " + String.join("、", differences));
                if (page != visit.page) {
                    options.add(Case.document(name));
                }
            }
        });
        if (texts.isEmpty()) {
            return;
        }
        String text = String.join(" / ", texts);
        visit.warn("保険の記号・番号が異なります: " + text);
        String answer = visit.ask("保険が異なります。どれによりますか: " + text, List.copyOf(options));
        if (answer.equals(Case.USE_ONLINE)) {
            take(visit.page, found);
            clinic.save(visit.page);
        } else if (Case.documentOf(answer) != null) {
            visit.evidence = List.of(Fallback.way(Case.documentOf(answer)));
        } else {
            visit.evidence = answer.equals(Case.KEEP_CHART) ? List.of(Case.PAST_VISIT) : List.of();
        }
    }

    /** No 限度額 in the answer means "no limit" to nobody. */
    private void limit(Case visit, Answer.Qualification found) {
        Page page = visit.page;
        String ours = Objects.toString(page.limit, "");
        if (ours.equals(found.limit)) {
            return;
        }
        String text = different("限度額区分", ours, found.limit);
        String consent = visit.desk.query().get("LimitApplicationCertificateRelatedConsFlg");
        if (found.limit.isEmpty() && !"1".equals(consent)) {
            visit.warn("限度額情報は未同意のため取得していません(カルテ " + ours + ")");
            return;
        }
        visit.warn(text);
        if (agreed(visit, text + " 書き換えますか")) {
            page.limit = found.limit;
            clinic.save(page);
        }
    }

    /** Charged as chart, papers and answer agree on, else as the operator says. */
    private void share(Case visit, Answer.Qualification found) {
        Page page = visit.page;
        Integer theirs = found.share(visit.desk.day());
        Map<String, Integer> values = new LinkedHashMap<>();
        values.put(Case.KEEP_CHART, page.share);
        values.put(Case.USE_ONLINE, theirs);
        visit.desk.papers().forEach((name, p) -> values.put(Case.document(name), p.share));
        values.values().removeIf(Objects::isNull);
        if (theirs != null && new LinkedHashSet<>(values.values()).size() == 1) {
            visit.share = theirs;
            return;
        }
        String text = "負担割合が異なるか、記載がありません: " + values;
        visit.warn(text);
        List<String> options = new ArrayList<>(values.keySet());
        options.addAll(Case.SHARES);
        String answer = visit.ask(text + " どれで計算しますか", options);
        Integer said = Case.shareOf(answer);
        visit.share = said != null ? said : values.getOrDefault(answer, page.share);
        if (Case.documentOf(answer) != null) {
            visit.evidence = List.of("online", Fallback.way(Case.documentOf(answer)));
        } else if (answer.equals(Case.USE_ONLINE)) {
            page.share = theirs;
            clinic.save(page);
        }
    }

    // ---------------------------------------------------------------- comparing
    /** Kana, birth date, sex: what tells one person from another. The written name does not. */
    private static List<String> person(Page ours, Answer.Qualification found) {
        List<String> differences = new ArrayList<>();
        compare(differences, "カナ氏名", ours.kana, found.kana, Fold::kana);
        compare(differences, "生年月日", text(ours.birthdate), text(found.birthdate), s -> s);
        compare(differences, "性別", ours.sex, found.sex, Fold::sex);
        return differences;
    }

    private static List<String> numbers(Page ours, Answer.Qualification found) {
        List<String> differences = new ArrayList<>();
        compare(differences, "保険者番号", ours.insurerNumber, found.insurerNumber, Fold::insurer);
        compare(differences, "記号", ours.symbol, found.symbol, Fold::number);
        compare(differences, "番号", ours.number, found.number, Fold::number);
        compare(differences, "枝番", ours.branch, found.branch, Fold::branch);
        return differences;
    }

    private static void compare(
            List<String> found, String label, String ours, String theirs, UnaryOperator<String> folded) {
        if (Fold.differ(ours, theirs, folded)) {
            found.add(different(label, ours, theirs));
        }
    }

    private static String different(String label, String ours, String theirs) {
        return label + ": 当院「" + ours + "」 オンライン「" + theirs + "」";
    }

    private static String text(LocalDate date) {
        return date == null ? null : date.toString();
    }

    /** What is missing or cannot be: shown, left blank, never filled in. */
    private static void oddities(Case visit, Answer.Qualification found) {
        LocalDate day = visit.desk.day();
        if (found.validFrom == null) {
            visit.warn("有効開始日の記載がありません");
        }
        String insurer = Fold.insurer(found.insurerNumber);
        if (found.validTo.isEmpty() && (insurer.length() <= 6 || insurer.startsWith("39"))) {
            visit.warn("有効期限の記載がありません");
        }
        if (found.share(day) == null) {
            visit.warn("高齢受給者証などの負担割合の記載がありません");
        }
        if (found.limit.startsWith("B") && found.birthdate != null
                && found.birthdate.plusYears(70).isAfter(day)) {
            visit.warn("70歳未満に70歳以上の限度額区分" + found.limit + "が付いています");
        }
    }

    private static void take(Page page, Answer.Qualification found) {
        page.insurerNumber = found.insurerNumber;
        page.symbol = found.symbol;
        page.number = found.number;
        page.branch = found.branch;
    }
}
