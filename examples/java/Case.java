import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/** What has become of one visit so far: screen, questions, chart, papers. */
final class Case {
    static final String USE_ONLINE = "use_online", KEEP_CHART = "keep_chart", RETRY = "retry";
    static final String PAST_VISIT = "past_visit", CANCEL = "cancel";
    static final List<String> SHARES =
            List.of("copay:0", "copay:10", "copay:20", "copay:30", "copay:100");

    final Reception desk;
    /** The chart as it was (a copy), and as it is now; null: none. */
    final Page before;
    Page page;
    String status = "request_error";
    String message = "";
    List<String> offered = List.of();
    List<String> evidence = List.of();
    final List<String> asked = new ArrayList<>();
    final LinkedHashSet<String> warned = new LinkedHashSet<>();
    final Map<String, String> printed = new LinkedHashMap<>();
    /** In percent; null until decided. */
    Integer share;
    int retriesLeft = 2;

    Case(Reception desk, Page page) {
        this.desk = desk;
        this.page = page;
        before = page == null ? null : page.copy();
    }

    void say(String text) {
        message = (message + "\n" + text).strip();
    }

    void warn(String text) {
        warned.add(text);
    }

    /** The operator's answer: one of the options, or cancel (nothing decided). */
    String ask(String prompt, List<String> options) {
        List<String> offered = new ArrayList<>(new LinkedHashSet<>(options));
        offered.add(CANCEL);
        asked.add(prompt);
        String answer = desk.ask(prompt, offered);
        return offered.contains(answer) ? answer : CANCEL;
    }

    static String document(String name) {
        return "document:" + name;
    }

    /** The document that an answer names, or null. */
    static String documentOf(String answer) {
        return answer.startsWith("document:") ? answer.substring(9) : null;
    }

    /** The share in percent that an answer sets, or null. */
    static Integer shareOf(String answer) {
        return SHARES.contains(answer) ? Integer.valueOf(answer.substring(6)) : null;
    }
}
