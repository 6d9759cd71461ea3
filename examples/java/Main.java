import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The run: {@code java Main [--naive]}, then the arguments of {@link OnshiDriver}. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        List<String> rest = new ArrayList<>(Arrays.asList(args));
        boolean naive = rest.remove("--naive");
        System.exit(OnshiDriver.run(() -> new ClinicAdapter(naive), rest.toArray(new String[0])));
    }
}
