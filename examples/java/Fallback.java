import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** No usable answer: the operator says what to go by. The chart stays as it is. */
final class Fallback {
    /** Until then an expired 健康保険証 or a 資格情報のお知らせ alone is accepted. */
    private static final LocalDate PROVISIONAL = LocalDate.of(2026, 3, 31);

    private static final String DECLARATION = "被保険者資格申立書";
    private final Clinic clinic;

    Fallback(Clinic clinic) {
        this.clinic = clinic;
    }

    /** The documents that serve on a date, with their short name; the surest first. */
    private static Map<String, String> documents(LocalDate day) {
        Map<String, String> found = new LinkedHashMap<>();
        found.put("資格確認書", "kakuninsho");
        if (!day.isAfter(PROVISIONAL)) {
            found.put("健康保険証", "hokensho");
            found.put("資格情報のお知らせ", "oshirase");
        }
        found.put("マイナポータル", "portal");
        found.put(DECLARATION, "moushitatesho");
        return found;
    }

    /** The short name of a document. */
    static String way(String document) {
        return documents(PROVISIONAL).getOrDefault(document, "other");
    }

    /** The operator picks what to go by. True for "card and inquiry once more". */
    boolean choose(Case visit, boolean again) {
        Reception desk = visit.desk;
        Map<String, String> documents = documents(desk.day());
        visit.offered = offered(visit, documents);
        List<String> options = new ArrayList<>();
        documents.keySet().forEach(name -> options.add(Case.document(name)));
        if (visit.page != null) {
            options.addAll(List.of(Case.PAST_VISIT, Case.KEEP_CHART));
        }
        if (again && visit.retriesLeft > 0) {
            options.add(Case.RETRY);
        }
        options.addAll(Case.SHARES);
        String answer = visit.ask(visit.message.lines().findFirst().orElse("") + " 何で確認しますか", options);
        if (answer.equals(Case.RETRY)) {
            return true;
        }
        visit.evidence = evidence(answer, documents);
        Page paper = desk.papers().get(String.valueOf(Case.documentOf(answer)));
        if (visit.page == null) {
            visit.page = clinic.save(newPage(desk.form(), paper));
        }
        visit.share = share(visit, answer, paper);
        return false;
    }

    /** Paying everything first is proposed only to a new patient who brought nothing to go by. */
    private static List<String> offered(Case visit, Map<String, String> documents) {
        List<String> ways = new ArrayList<>(documents.values());
        if (visit.before != null) {
            ways.add(Case.PAST_VISIT);
        } else if (visit.desk.papers().isEmpty()) {
            ways.add("ten_wari");
        }
        ways.add("other");
        return ways;
    }

    private static List<String> evidence(String answer, Map<String, String> documents) {
        String document = Case.documentOf(answer);
        if (document != null) {
            return List.of(documents.get(document));
        }
        if (answer.equals(Case.CANCEL)) {
            return List.of();
        }
        if (Case.shareOf(answer) != null) {
            return List.of(Case.shareOf(answer) == 100 ? "ten_wari" : "other");
        }
        return List.of(Case.PAST_VISIT);
    }

    /** A first visit without an answer: what the paper shows, else the 問診票 alone. */
    private static Page newPage(Page form, Page paper) {
        Page page = form.copy();
        page.name = Fold.complete(form.name);
        if (paper != null) {
            page.insurerNumber = paper.insurerNumber;
            page.symbol = paper.symbol;
            page.number = paper.number;
            page.branch = paper.branch;
            page.share = paper.share;
        }
        return page;
    }

    /** As the operator said, as the paper shows, as at the last visit; else asked for. */
    private static Integer share(Case visit, String answer, Page paper) {
        Integer said = Case.shareOf(answer);
        if (said != null) {
            return said;
        }
        if (paper != null && paper.share != null) {
            return paper.share;
        }
        Integer before = visit.evidence.isEmpty() ? null : visit.page.share;
        if (before != null && !Case.document(DECLARATION).equals(answer)) {
            return before;
        }
        Integer declared = Case.shareOf(visit.ask("窓口の負担割合を選んでください", Case.SHARES));
        return declared == null ? before : declared;
    }
}
