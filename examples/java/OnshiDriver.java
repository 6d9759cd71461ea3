import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.TypeAdapter;
import com.google.gson.annotations.SerializedName;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Takes a product through the troubles of {@code onshi serve}, one patient after the other.
 *
 * <p>Knows the control API and nothing of the product. Write an {@link Adapter}, then:
 *
 * <pre>{@code
 * public static void main(String[] args) {
 *     System.exit(OnshiDriver.run(MyAdapter::new, args));
 * }
 * }</pre>
 *
 * <p>Arguments: {@code [--junit FILE] [--patience SECONDS] [--quiet] [TROUBLE...]}; without
 * troubles, all of the survey. The word {@code untroubled} is a patient whom nothing troubles. A
 * call of the product may take SECONDS (30); {@code --quiet} leaves the summary out, which {@code
 * onshi serve -- COMMAND} prints itself. Needs Java 17, Gson and the environment variables that
 * {@code onshi serve} prints.
 *
 * <p>製品を起動・操作するのは Adapter だけです。このファイルは書き換えずに使えます。
 */
public final class OnshiDriver {
    /** What a product's maker writes. All methods are called in one thread of the adapter's own. */
    public interface Adapter {
        /** What the product uses: {@code pcsc}, {@code webapi}, {@code folder}, {@code face}. */
        Set<String> surfaces();

        /** Start the product. {@code env} holds its addresses: ONSHI_WEBAPI_URL, ONSHI_FOLDER... */
        default void start(Map<String, String> env) throws Exception {}

        /** Before each trouble: forget the patients and answers of the last one. */
        default void reset() throws Exception {}

        /** The business date, before the first visit and whenever it changes. */
        default void setDate(LocalDate date) throws Exception {}

        /** Give the product exactly this chart; null: the patient has none yet. */
        default void prepare(Chart chart) throws Exception {}

        /** Check the patient in and say what could be seen. */
        Handling checkIn(Visit visit) throws Exception;

        /** The month is closed: whatever the product does before claims go out. */
        default void closeMonth(LocalDate date) throws Exception {}

        /**
         * Write the patient's claim, hand it in with {@link Visit#claim} and say what could be
         * seen. As it is here: claims are not looked at.
         */
        default Handling claim(Visit visit) throws Exception {
            return new Handling();
        }

        /** Read {@link Visit#returned}, a RECEIPTC.HEN. As it is here: that is not looked at. */
        default Handling importReturns(Visit visit) throws Exception {
            return new Handling();
        }

        /** Whether the product still takes input; null: that cannot be seen. */
        default Boolean alive() throws Exception {
            return null;
        }

        /** The run is over. */
        default void stop() throws Exception {}
    }

    /** A patient's insurance page. null: not shown by the product; "": shown, and empty. */
    public static final class Chart {
        public String chartNo, name, kana, sex, address;
        public LocalDate birthdate;
        public String insurerNumber, symbol, number, branch;
        /** In percent. */
        public Integer copayPercent;
        /** 限度額区分, as in "A03". */
        public String limit;
        /** Numbers of 公費 that are registered. */
        @SerializedName("public")
        public List<String> publicExpense;
        public String status;
        /** 本人 or 家族. */
        public String relation;
        /** 適用開始日 and 有効期限, as text: "2025-04-01". */
        public String validFrom, validTo;
    }

    /** A paper that was printed: 領収書, 処方箋, 診断書, 診察券. */
    public static final class Document {
        public String kind, text;

        public Document(String kind, String text) {
            this.kind = kind;
            this.text = text;
        }
    }

    /** What could be seen. A field left null makes the rules that need it "not observed". */
    public static final class Handling {
        /**
         * valid, invalid, invalid_new, not_found, multiple, valid_unregistered, request_error,
         * pending, device_unusable or system_unreachable.
         */
        public String status;
        /** What the operator read. */
        public String message;
        /**
         * Ways offered to go on: hokensho, kakuninsho, oshirase, portal, past_visit, moushitatesho,
         * ten_wari, other.
         */
        public List<String> offered;
        public List<String> asked, warned;
        /** The share charged, in percent. */
        public Integer copayPercent;
        public Chart chartBefore, chartAfter;
        /** What the acceptance rests on: "online", or words of {@link #offered}. */
        public List<String> evidence;
        public List<Document> documents;
        /** Yen given back. */
        public Integer refund;
        /** Seconds. */
        public Double elapsed;
        /** Of a claim: it was kept back. */
        public Boolean held;
        /** Of what came back: the case is open again, and the reasons that are shown. */
        public Boolean reopened;
        public List<String> reasons;
    }

    /** The person. {@code sex}: "1" male, "2" female. */
    public static final class Patient {
        public String name, kana, sex, postcode, address;
        public LocalDate birthdate;
    }

    /** One patient at the desk: the situation, and what the people in it do. */
    public static final class Visit {
        public String id, trouble, title, what;
        public int number;
        /** visit: the patient is here; claim: their claim is due; returns: it came back. */
        public String purpose;
        /** The product has to be given this chart; else it keeps what it has. */
        public boolean unknown;
        /** The patient after, whom nothing troubles. */
        public boolean following;
        public Patient patient;
        public List<String> brings;
        public Map<String, JsonElement> says;
        public boolean firstVisit;
        /** What the product knew before; null at a first visit. */
        public Chart chart;
        public LocalDate date;
        /** On which of the product's surfaces this visit takes place. */
        public Set<String> surfaces;
        /** The ready QualificationConfirmSearchInfo. */
        public Map<String, String> inquiry;
        /** What the papers say that the patient brought, by their name. */
        public Map<String, Chart> papers;
        /** Where the RECEIPTC.HEN lies on the machine of onshi serve; null: nothing came back. */
        public String returns;
        private transient Control control;

        /** The patient puts the card on the reader, or identifies at the face reader. */
        public void present() {
            control.post(path("present"), null, Visit.class);
        }

        /** The patient takes the card back. */
        public void takeAway() {
            control.post(path("take_away"), null, Visit.class);
        }

        /** What the patient types this time; null: nothing (more). */
        public String enterPin() {
            return control.post(path("pin"), null, Pin.class).pin;
        }

        /**
         * The operator's answer to a question of the software: one of {@code options}, or "cancel".
         * The words: use_online, keep_chart, past_visit, retry, document:資格確認書, copay:30.
         */
        public String decide(String prompt, List<String> options) {
            Question question = new Question();
            question.prompt = prompt;
            question.options = options;
            return control.post(path("decide"), question, Decision.class).answer;
        }

        /**
         * Hand in the レセプト電算 file, when {@link #purpose} is claim. Returns null, or what in the
         * file cannot be read, by record and item; the trouble has failed then.
         */
        public String claim(byte[] file) {
            try {
                control.call("POST", path("claim"), BodyPublishers.ofByteArray(file), BYTES);
                return null;
            } catch (Refused e) {
                if (e.status != UNREADABLE) {
                    throw e;
                }
                return e.getMessage();
            }
        }

        /** The RECEIPTC.HEN that came back, byte for byte; null: nothing did. */
        public byte[] returned() {
            return returns == null ? null : control.bytes("GET", path("returns"), BodyPublishers.noBody(), BYTES);
        }

        private String path(String operation) {
            return "/visits/" + id + "/" + operation;
        }
    }

    /** A call that the control API refused, in its own words. */
    public static final class Refused extends RuntimeException {
        final int status;

        Refused(int status, String message) {
            super(message);
            this.status = status;
        }
    }

    /** Why the run cannot go on, in one sentence. */
    private static final class EndOfRun extends RuntimeException {
        EndOfRun(String message) {
            super(message);
        }
    }

    /** Returns the exit code: 0 nothing failed, 1 something did, 2 the run could not be made. */
    public static int run(Supplier<Adapter> adapters, String... args) {
        try {
            return new OnshiDriver(adapters, args).run();
        } catch (EndOfRun | Refused e) {
            System.err.println("onshi: " + e.getMessage());
            return 2;
        }
    }

    // ---------------------------------------------------------------- the run
    private static final String UNTROUBLED = "untroubled";
    private static final String BYTES = "application/octet-stream";
    private static final int UNREADABLE = 422;
    private static final String USAGE =
            "usage: [--junit FILE] [--patience SECONDS] [--quiet] [TROUBLE...]";
    private final Supplier<Adapter> adapters;
    private final List<String> named = new ArrayList<>();
    private final Control control;
    private Path junit = Path.of("onshi-junit.xml");
    private double patience = 30;
    private boolean quiet = false;
    private Worker worker;

    private OnshiDriver(Supplier<Adapter> adapters, String[] args) {
        this.adapters = adapters;
        for (int i = 0; i < args.length; i++) {
            if (!args[i].startsWith("-")) {
                named.add(args[i]);
            } else if (args[i].equals("--junit") && i + 1 < args.length) {
                junit = Path.of(args[++i]);
            } else if (args[i].equals("--patience") && i + 1 < args.length) {
                patience = seconds(args[++i]);
            } else if (args[i].equals("--quiet")) {
                quiet = true;
            } else {
                throw new EndOfRun(args[i] + "? " + USAGE);
            }
        }
        control = new Control(System.getenv());
    }

    private static double seconds(String text) {
        try {
            double found = Double.parseDouble(text);
            if (found > 0 && found < 1e6) {
                return found;
            }
        } catch (NumberFormatException e) {
            // is said below
        }
        throw new EndOfRun("--patience is a number of seconds, not " + text);
    }

    private int run() {
        worker = new Worker();
        Set<String> surfaces;
        try {
            surfaces = worker.call(() -> new TreeSet<>(worker.adapter.surfaces()));
        } catch (Late | Fallen e) {
            throw new EndOfRun("the product could not be started: " + e.getMessage());
        }
        int failed = 0;
        for (String trouble : named.isEmpty() ? troublesFor(surfaces) : checked(named)) {
            Verdict verdict = play(trouble, surfaces);
            System.out.printf("%-8s %s%n", verdict.result, trouble);
            if (verdict.result.equals("failed")) {
                failed++;
                System.out.println(verdict.text.strip().indent(4).stripTrailing());
            }
        }
        stop();
        write(junit, control.get("/results/junit.xml"));
        if (!quiet) {
            System.out.println(control.get("/results/summary.txt").strip());
        }
        return failed == 0 ? 0 : 1;
    }

    /** Those of the survey that these surfaces can meet; of several that do the same, the first. */
    private List<String> troublesFor(Set<String> surfaces) {
        String path = "/troubles?surfaces=" + String.join(",", surfaces);
        List<String> found = new ArrayList<>();
        for (Trouble trouble : JSON.fromJson(control.get(path), Trouble[].class)) {
            if (trouble.inScope && trouble.sameAs.isEmpty()) {
                found.add(trouble.id);
            }
        }
        return found;
    }

    /** A name that does not exist is refused before the first visit. */
    private List<String> checked(List<String> troubles) {
        for (String trouble : troubles) {
            if (!trouble.equals(UNTROUBLED)) {
                control.get("/troubles/" + URLEncoder.encode(trouble, StandardCharsets.UTF_8));
            }
        }
        return troubles;
    }

    /** All visits of one trouble. */
    private Verdict play(String trouble, Set<String> surfaces) {
        Beginning beginning = new Beginning();
        beginning.trouble = trouble.equals(UNTROUBLED) ? null : trouble;
        beginning.surfaces = surfaces;
        Visit visit = control.post("/desks/0/visits", beginning, Visit.class);
        Visit before = null;
        while (true) {
            JsonObject report = handled(visit, before);
            Verdict verdict = control.post(visit.path("handling"), report, Verdict.class);
            if (verdict.next == null) {
                return verdict;
            }
            before = visit;
            visit = verdict.next;
        }
    }

    /** What is reported of a visit, whatever the product does. */
    private JsonObject handled(Visit visit, Visit before) {
        visit.control = control;
        JsonObject failure = new JsonObject();
        try {
            return worker.call(() -> taken(worker.adapter, visit, before));
        } catch (Late e) {
            failure.addProperty("returned", false);
        } catch (Fallen e) {
            failure.addProperty("error", e.getMessage());
        }
        worker = new Worker();
        return failure;
    }

    /** One step: {@code before} is the step before it, null at the first. */
    private static JsonObject taken(Adapter product, Visit visit, Visit before) throws Exception {
        if (before == null) {
            product.reset();
        }
        if (before == null || !visit.date.equals(before.date)) {
            product.setDate(visit.date);
        }
        if (visit.unknown) {
            product.prepare(visit.chart);
        }
        Handling handling = handling(product, visit);
        if (handling == null) {
            throw new IllegalStateException("the adapter returned null for a " + visit.purpose);
        }
        JsonObject report = JSON.toJsonTree(handling).getAsJsonObject();
        boolean here = visit.purpose.equals("visit") && !visit.following;
        Boolean alive = here ? product.alive() : null;
        if (alive != null) {
            report.addProperty("alive", alive);
        }
        return report;
    }

    private static Handling handling(Adapter product, Visit visit) throws Exception {
        switch (visit.purpose) {
            case "claim":
                product.closeMonth(visit.date);
                return product.claim(visit);
            case "returns":
                return visit.returns == null ? new Handling() : product.importReturns(visit);
            default:
                return product.checkIn(visit);
        }
    }

    private void stop() {
        try {
            worker.call(() -> {
                worker.adapter.stop();
                return null;
            });
        } catch (Late | Fallen e) {
            System.err.println("onshi: the product could not be stopped: " + e.getMessage());
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new EndOfRun("the JUnit file cannot be written: " + e);
        }
    }

    // ---------------------------------------------------------------- the adapter's thread
    /** The product did not come back in time. */
    private static final class Late extends Exception {
        Late(double seconds) {
            super("it did not come back within " + seconds + " seconds");
        }
    }

    /** The product threw. */
    private static final class Fallen extends Exception {
        Fallen(Throwable cause) {
            super(cause.toString(), cause);
        }
    }

    /** An adapter and its thread, both abandoned when a call fails: the next trouble gets others. */
    private final class Worker {
        private final LinkedBlockingQueue<FutureTask<?>> tasks = new LinkedBlockingQueue<>();
        private Adapter adapter;

        Worker() {
            Thread thread = new Thread(this::work, "onshi-adapter");
            thread.setDaemon(true);
            thread.start();
        }

        private void work() {
            try {
                while (true) {
                    tasks.take().run();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        <T> T call(Callable<T> task) throws Late, Fallen {
            FutureTask<T> asked = new FutureTask<>(() -> {
                if (adapter == null) {
                    Adapter made = adapters.get();
                    made.start(System.getenv());
                    adapter = made;
                }
                return task.call();
            });
            tasks.add(asked);
            try {
                return asked.get((long) (patience * 1000), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                throw new Late(patience);
            } catch (InterruptedException e) {
                throw new EndOfRun("interrupted");
            } catch (ExecutionException e) {
                if (e.getCause() instanceof EndOfRun) {
                    throw (EndOfRun) e.getCause();
                }
                e.getCause().printStackTrace();
                throw new Fallen(e.getCause());
            }
        }
    }

    // ---------------------------------------------------------------- the control API
    /** The calls. Every failure is one sentence. */
    private static final class Control {
        private final HttpClient http;
        private final String url, token;

        Control(Map<String, String> env) {
            url = env.getOrDefault("ONSHI_CONTROL_URL", "");
            token = env.getOrDefault("ONSHI_CONTROL_TOKEN", "");
            if (url.isEmpty() || token.isEmpty()) {
                throw new EndOfRun("ONSHI_CONTROL_URL and ONSHI_CONTROL_TOKEN are not set: "
                        + "start onshi serve and export what it prints");
            }
            HttpClient.Builder builder = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .proxy(HttpClient.Builder.NO_PROXY)
                    .connectTimeout(Duration.ofSeconds(10));
            if (url.startsWith("https:")) {
                builder.sslContext(certificates(env));
            }
            http = builder.build();
        }

        String get(String path) {
            return call("GET", path, BodyPublishers.noBody(), "");
        }

        <T> T post(String path, Object body, Class<T> answer) {
            BodyPublisher sent = BodyPublishers.ofString(body == null ? "{}" : JSON.toJson(body));
            return JSON.fromJson(call("POST", path, sent, "application/json"), answer);
        }

        String call(String method, String path, BodyPublisher body, String type) {
            return new String(bytes(method, path, body, type), StandardCharsets.UTF_8);
        }

        byte[] bytes(String method, String path, BodyPublisher body, String type) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(url + path))
                    .timeout(Duration.ofSeconds(120))
                    .header("Authorization", "Bearer " + token)
                    .header("Content-Type", type)
                    .method(method, body)
                    .build();
            try {
                HttpResponse<byte[]> answer = http.send(request, BodyHandlers.ofByteArray());
                int status = answer.statusCode();
                if (status >= 300) {
                    String why = reason(answer);
                    throw status == 401 ? new EndOfRun(why) : new Refused(status, why);
                }
                return answer.body();
            } catch (IOException e) {
                throw new EndOfRun("nothing answers at " + url + " (" + e
                        + "): start onshi serve and export what it prints");
            } catch (InterruptedException e) {
                throw new EndOfRun("interrupted");
            }
        }

        private static String reason(HttpResponse<byte[]> answer) {
            try {
                String body = new String(answer.body(), StandardCharsets.UTF_8);
                Problem error = JSON.fromJson(body, Problem.Body.class).error;
                String meant = String.join(", ", error.didYouMean);
                return (error.field.isEmpty() ? "" : error.field + ": ") + error.message
                        + (meant.isEmpty() ? "" : " (did you mean " + meant + "?)");
            } catch (JsonParseException | NullPointerException e) {
                return "HTTP status " + answer.statusCode() + " from " + answer.uri();
            }
        }

        /** For a control API on another machine, which wants a client certificate. */
        private static SSLContext certificates(Map<String, String> env) {
            char[] password = env.getOrDefault("ONSHI_WEBAPI_P12_PASSWORD", "").toCharArray();
            try {
                KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX");
                own.init(keys(env.get("ONSHI_WEBAPI_P12"), password), password);
                TrustManagerFactory trusted = TrustManagerFactory.getInstance("PKIX");
                trusted.init(keys(env.get("ONSHI_WEBAPI_TRUSTSTORE"), password));
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
                return context;
            } catch (IOException | GeneralSecurityException | NullPointerException e) {
                throw new EndOfRun("ONSHI_WEBAPI_P12 or _TRUSTSTORE cannot be read: " + e);
            }
        }

        private static KeyStore keys(String file, char[] password)
                throws IOException, GeneralSecurityException {
            KeyStore found = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(Path.of(file))) {
                found.load(in, password);
            }
            return found;
        }
    }

    // Bodies of the API that only this file sees; copayPercent is copay_percent there.
    private static final class Question {
        String prompt;
        List<String> options;
    }

    private static final class Decision {
        String answer;
    }

    private static final class Pin {
        String pin;
    }

    private static final class Trouble {
        String id, sameAs;
        boolean inScope;
    }

    private static final class Beginning {
        String trouble;
        Set<String> surfaces;
        boolean fresh = true;
    }

    private static final class Verdict {
        String result, text;
        Visit next;
    }

    private static final class Problem {
        String message, field;
        List<String> didYouMean;

        static final class Body {
            Problem error;
        }
    }

    private static final Gson JSON = new GsonBuilder()
            .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
            .registerTypeAdapter(LocalDate.class, new Dates().nullSafe())
            .create();

    private static final class Dates extends TypeAdapter<LocalDate> {
        @Override
        public void write(JsonWriter out, LocalDate date) throws IOException {
            out.value(date.toString());
        }

        @Override
        public LocalDate read(JsonReader in) throws IOException {
            return LocalDate.parse(in.nextString());
        }
    }
}
