import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The adapter of this product: the harness' words on one side, the clinic's own on the other. */
class ClinicAdapter implements OnshiDriver.Adapter {
    private final boolean naive;
    private Clinic clinic;
    private WebApi webApi;

    ClinicAdapter(boolean naive) {
        this.naive = naive;
    }

    @Override
    public Set<String> surfaces() {
        return Set.of("pcsc", "webapi", "folder");
    }

    @Override
    public void start(Map<String, String> env) throws Exception {
        Limits limits = new Limits(Double.parseDouble(env.getOrDefault("ONSHI_TIME_SCALE", "1")));
        webApi = new WebApi(env, limits);
        Folder folder = new Folder(Path.of(env.get("ONSHI_FOLDER")), limits);
        String institution = env.get("ONSHI_INSTITUTION_CODE");
        CardReader reader = new CardReader(limits);
        Map<String, Clinic.Line> lines = Map.of("webapi", webApi::ask, "folder", folder::ask);
        clinic = naive
                ? new NaiveClinic(institution, reader, lines)
                : new Clinic(institution, reader, lines);
    }

    @Override
    public void reset() {
        clinic.clear();
        webApi.logout();
    }

    @Override
    public void prepare(OnshiDriver.Chart chart) {
        if (chart != null) {
            clinic.save(page(chart));
        }
    }

    /** Asked in the product's own thread: where that is stuck, no answer comes. */
    @Override
    public Boolean alive() {
        return true;
    }

    @Override
    public OnshiDriver.Handling checkIn(OnshiDriver.Visit visit) {
        long started = System.nanoTime();
        Case done = clinic.checkIn(new Desk(visit));
        visit.takeAway();
        OnshiDriver.Handling seen = new OnshiDriver.Handling();
        seen.status = done.status;
        seen.message = done.message;
        seen.offered = done.offered;
        seen.asked = done.asked;
        seen.warned = new ArrayList<>(done.warned);
        seen.copayPercent = done.share;
        seen.chartBefore = chart(done.before);
        seen.chartAfter = chart(done.page);
        seen.evidence = done.evidence;
        seen.documents = new ArrayList<>();
        done.printed.forEach((kind, text) -> seen.documents.add(new OnshiDriver.Document(kind, text)));
        seen.elapsed = (System.nanoTime() - started) / 1e9;
        return seen;
    }

    /** The visit as the product's desk meets it. */
    private static final class Desk implements Reception {
        private final OnshiDriver.Visit visit;

        Desk(OnshiDriver.Visit visit) {
            this.visit = visit;
        }

        @Override
        public LocalDate day() {
            return visit.date;
        }

        @Override
        public boolean byCard() {
            return visit.surfaces.contains("pcsc");
        }

        /** A line on which this trouble can be met. */
        @Override
        public String line() {
            boolean folderOnly = visit.surfaces.contains("folder") && !visit.surfaces.contains("webapi");
            return folderOnly ? "folder" : "webapi";
        }

        @Override
        public Map<String, String> query() {
            return visit.inquiry;
        }

        @Override
        public Page form() {
            Page form = new Page();
            form.name = visit.patient.name;
            form.kana = visit.patient.kana;
            form.birthdate = visit.patient.birthdate;
            form.sex = visit.patient.sex;
            form.address = visit.patient.address;
            return form;
        }

        @Override
        public String chartNo() {
            return visit.chart == null ? null : visit.chart.chartNo;
        }

        @Override
        public Map<String, Page> papers() {
            Map<String, Page> found = new HashMap<>();
            visit.papers.forEach((name, paper) -> found.put(name, page(paper)));
            return found;
        }

        @Override
        public void present() {
            visit.present();
        }

        @Override
        public String enterPin() {
            return visit.enterPin();
        }

        @Override
        public String ask(String prompt, List<String> options) {
            return visit.decide(prompt, options);
        }
    }

    private static Page page(OnshiDriver.Chart chart) {
        Page page = new Page();
        page.chartNo = chart.chartNo;
        page.name = chart.name;
        page.kana = chart.kana;
        page.birthdate = chart.birthdate;
        page.sex = chart.sex;
        page.address = chart.address;
        page.insurerNumber = chart.insurerNumber;
        page.symbol = chart.symbol;
        page.number = chart.number;
        page.branch = chart.branch;
        page.share = chart.copayPercent;
        page.limit = chart.limit;
        page.publicExpense = chart.publicExpense;
        page.status = chart.status;
        return page;
    }

    private static OnshiDriver.Chart chart(Page page) {
        if (page == null) {
            return null;
        }
        OnshiDriver.Chart chart = new OnshiDriver.Chart();
        chart.chartNo = page.chartNo;
        chart.name = page.name;
        chart.kana = page.kana;
        chart.birthdate = page.birthdate;
        chart.sex = page.sex;
        chart.address = page.address;
        chart.insurerNumber = page.insurerNumber;
        chart.symbol = page.symbol;
        chart.number = page.number;
        chart.branch = page.branch;
        chart.copayPercent = page.share;
        chart.limit = page.limit;
        chart.publicExpense = page.publicExpense;
        chart.status = page.status;
        return chart;
    }
}
