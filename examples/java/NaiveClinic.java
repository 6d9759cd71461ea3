import java.util.Map;

/** The same program with two mistakes that clinics report: {@code --naive} shows them found. */
final class NaiveClinic extends Clinic {
    NaiveClinic(String institution, CardReader reader, Map<String, Line> lines) {
        super(institution, reader, lines);
    }

    /** Mistake: whatever broke, it is 無効, and the insurance is struck out. */
    @Override
    protected boolean broken(Case visit, Breakdown why) {
        visit.status = "invalid";
        visit.say("資格が無効です。10割負担になります。");
        visit.share = 100;
        if (visit.page != null) {
            visit.page.insurerNumber = visit.page.symbol = visit.page.number = "";
            visit.page.status = "invalid";
            save(visit.page);
        }
        return false;
    }

    /** Mistake: the answer replaces the chart, ● and all. */
    @Override
    protected boolean accept(Case visit, Answer.Qualification found) {
        Page page = visit.page == null ? new Page() : visit.page;
        page.name = found.name;
        page.kana = found.kana;
        page.birthdate = found.birthdate;
        page.address = found.address;
        page.insurerNumber = found.insurerNumber;
        page.symbol = found.symbol;
        page.number = found.number;
        visit.page = save(page);
        visit.share = found.share(visit.desk.day());
        return true;
    }
}
