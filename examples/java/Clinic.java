import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A small front end of a レセコン: card, inquiry, chart, receipt.
 *
 * <p>A failure of device or system says nothing about the insurance, and nothing from outside is
 * written into a chart unless the operator said so.
 */
class Clinic {
    /** One inquiry over a line. */
    interface Line {
        Answer ask(Inquiry inquiry) throws Breakdown;
    }

    private static final String BY_SIGHT = "顔認証か目視確認モードで本人確認をしてください";
    private static final Map<String, String> TEXTS = Map.of(
            "valid", "資格は有効です。",
            "valid_unregistered", "医療扶助は有効(未登録)です。",
            "invalid", "資格(無効)です。直近の資格は喪失し、その後の資格は確認できていません。",
            "invalid_new", "資格(無効)ですが、新しい資格があります。",
            "not_found", "資格情報なしです。登録前か、保険者が確認中です。",
            "multiple", "複数の資格が該当しました。1件に決められません。",
            "request_error", "照会の結果に資格情報がありません。保険の資格の問題とは限りません。",
            "pending", "システムが処理中で、結果がまだ出ていません。",
            "system_unreachable", "資格確認システムの異常です。保険の資格の問題ではありません。");

    private final Map<String, Page> charts = new HashMap<>();
    private final Map<String, Line> lines;
    private final CardReader reader;
    private final String institution;
    private final Acceptance acceptance = new Acceptance(this);
    private final Fallback fallback = new Fallback(this);
    private int lastChart = 0;

    Clinic(String institution, CardReader reader, Map<String, Line> lines) {
        this.institution = institution;
        this.reader = reader;
        this.lines = lines;
    }

    /** Forget every patient. */
    void clear() {
        charts.clear();
    }

    /** Write the page as it is; a new patient gets the next chart number. */
    Page save(Page page) {
        if (page.chartNo == null) {
            page.chartNo = String.format("%06d", ++lastChart);
        }
        charts.put(page.chartNo, page.copy());
        return page;
    }

    /** One visit. Always comes back; troubles become part of the case. */
    Case checkIn(Reception desk) {
        Case visit = new Case(desk, known(desk));
        boolean again;
        do {
            again = attempt(visit);
            visit.retriesLeft--;
        } while (again);
        print(visit);
        return visit;
    }

    private Page known(Reception desk) {
        Page found = desk.chartNo() == null ? null : charts.get(desk.chartNo());
        return found == null ? null : found.copy();
    }

    /** Card, inquiry, decision. True when the operator wants it all once more. */
    private boolean attempt(Case visit) {
        visit.message = "";
        try {
            return decide(visit, answer(visit));
        } catch (Breakdown e) {
            return broken(visit, e);
        }
    }

    /** Device, line or system: said as what it is, and the patient is received all the same. */
    protected boolean broken(Case visit, Breakdown why) {
        visit.status = why.status;
        visit.say(why.getMessage() + "。保険の資格の問題ではありません。");
        return fallback.choose(visit, why.again);
    }

    private Answer answer(Case visit) throws Breakdown {
        Reception desk = visit.desk;
        desk.present();
        if (desk.byCard()) {
            checkCard(visit);
        }
        return lines.get(desk.line()).ask(new Inquiry(desk.query(), institution, desk.day()));
    }

    // ---------------------------------------------------------------- the card
    private void checkCard(Case visit) throws Breakdown {
        CardReader.Session card = reader.open();
        try {
            checkCertificate(visit, card.certificateEnd);
            checkPin(visit, card);
        } finally {
            card.close();
        }
    }

    private static void checkCertificate(Case visit, LocalDate end) throws Breakdown {
        LocalDate grace = CardReader.graceEnd(end), today = visit.desk.day();
        if (today.isAfter(grace)) {
            throw Breakdown.card("マイナンバーカードの電子証明書の有効期限が切れています(" + end
                    + ")。切れたのは保険の資格ではなく電子証明書です");
        }
        if (today.isAfter(end)) {
            visit.warn("電子証明書の有効期限が切れています(" + end + ")。" + grace
                    + "までは資格確認にだけ使えます。市区町村の窓口で更新してください");
        }
    }

    /** One VERIFY for each time the patient typed; a warning before the last try. */
    private static void checkPin(Case visit, CardReader.Session card) throws Breakdown {
        while (card.triesLeft != 0) {
            if (card.triesLeft == 1) {
                visit.warn("暗証番号はあと1回間違えるとロックされます");
                String prompt = "暗証番号の入力はあと1回です。患者さん本人がもう一度入力しますか";
                if (!visit.ask(prompt, List.of(Case.RETRY)).equals(Case.RETRY)) {
                    throw Breakdown.card("暗証番号の入力をやめました。" + BY_SIGHT);
                }
            }
            String pin = visit.desk.enterPin();
            if (pin == null) {
                throw Breakdown.card("暗証番号が入力されません。" + BY_SIGHT);
            }
            if (!pin.matches("[0-9]{4}")) {
                visit.warn("暗証番号は数字4桁です");
            } else if (card.verify(pin)) {
                return;
            } else {
                visit.warn("暗証番号が違います(残り" + card.triesLeft + "回)");
            }
        }
        throw Breakdown.card(
                "暗証番号がロックされています。市区町村の窓口で再設定できます。" + BY_SIGHT);
    }

    // ---------------------------------------------------------------- the answer
    private boolean decide(Case visit, Answer answer) {
        visit.status = answer.status;
        Answer.Qualification one = single(answer);
        boolean good = answer.status.startsWith("valid");
        if (good && one != null) {
            visit.say(TEXTS.get(answer.status));
            notice(visit, answer);
            return !accept(visit, one) && fallback.choose(visit, false);
        }
        if (good) {
            visit.status = answer.found.isEmpty() ? "request_error" : "multiple";
        }
        visit.say(TEXTS.get(visit.status));
        notice(visit, answer);
        for (Answer.Qualification q : answer.found) {
            visit.say("表示された資格: " + q.insurerName + " " + q.insurerNumber + " " + q.symbol
                    + "・" + q.number + " " + q.name);
        }
        visit.say("カルテの保険は変更していません。");
        boolean again = List.of("request_error", "pending", "system_unreachable").contains(visit.status);
        return fallback.choose(visit, again);
    }

    private static void notice(Case visit, Answer answer) {
        if (!answer.text.isEmpty()) {
            visit.warn("システムからの通知: " + answer.text);
        }
    }

    /** A valid qualification goes into the chart as far as the operator lets it. */
    protected boolean accept(Case visit, Answer.Qualification found) {
        return acceptance.accept(visit, found);
    }

    /** The one health insurance of an answer, or null; 医療扶助 (A1) beside it is no contradiction. */
    private static Answer.Qualification single(Answer answer) {
        if (answer.found.size() == 1) {
            return answer.found.get(0);
        }
        Answer.Qualification one = null;
        for (Answer.Qualification q : answer.found) {
            if (!q.cardClass.equals("A1")) {
                if (one != null) {
                    return null;
                }
                one = q;
            }
        }
        return one;
    }

    /** 領収書 and 処方箋. No ● gets onto paper. */
    private static void print(Case visit) {
        Page page = visit.page;
        if (page == null || visit.share == null) {
            visit.say("負担割合が決まるまで会計を保留します。");
            return;
        }
        String complete = Fold.complete(page.name);
        String name = complete == null ? "＿＿＿＿＿＿＿＿（手書き）" : complete;
        visit.printed.put("領収書", "領収書\n" + name + " 様\n負担割合 " + visit.share + "%\n領収額 "
                + 2910 * visit.share / 100 + "円\n");
        visit.printed.put("処方箋", "処方箋\n氏名 " + name + "\n保険者番号 " + page.insurerNumber
                + "\n記号・番号 " + page.symbol + "・" + page.number + "\n");
    }
}
