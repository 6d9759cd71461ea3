import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;

/** The clinic with an office: it hands in the file CLAIM, and writes what came back to BACK. */
public final class Claims extends ClinicAdapter {
    private LocalDate today;

    private Claims() {
        super(false);
    }

    @Override
    public void setDate(LocalDate date) {
        today = date;
    }

    @Override
    public OnshiDriver.Handling claim(OnshiDriver.Visit visit) throws Exception {
        String wrong = visit.claim(Files.readAllBytes(Path.of(System.getenv("CLAIM"))));
        OnshiDriver.Handling seen = new OnshiDriver.Handling();
        seen.message = today + " " + wrong;
        seen.held = false;
        return seen;
    }

    @Override
    public OnshiDriver.Handling importReturns(OnshiDriver.Visit visit) throws Exception {
        Files.write(Path.of(System.getenv("BACK")), visit.returned());
        OnshiDriver.Handling seen = new OnshiDriver.Handling();
        seen.reopened = true;
        seen.reasons = java.util.List.of("保険者の相違");
        return seen;
    }

    public static void main(String[] args) {
        System.exit(OnshiDriver.run(Claims::new, args));
    }
}
