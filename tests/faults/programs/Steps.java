import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.HexFormat;
import java.util.stream.Collectors;
import javax.smartcardio.Card;
import javax.smartcardio.CardException;
import javax.smartcardio.CardTerminal;
import javax.smartcardio.CardTerminals;
import javax.smartcardio.CommandAPDU;
import javax.smartcardio.TerminalFactory;

/** One step per line of input; one line of output for each: milliseconds, tab, what came of it. */
public final class Steps {
    private Card card;
    private CardTerminals terminals;

    private CardTerminal terminal() throws CardException {
        return terminals().list().get(0);
    }

    private CardTerminals terminals() {
        if (terminals == null) {
            terminals = TerminalFactory.getDefault().terminals();
        }
        return terminals;
    }

    private String step(String name, String rest) throws CardException {
        switch (name) {
            case "connect":
                card = terminal().connect(rest.isEmpty() ? "*" : rest);
                return HexFormat.of().withUpperCase().formatHex(card.getATR().getBytes());
            case "apdu":
                CommandAPDU command = new CommandAPDU(HexFormat.of().parseHex(rest));
                byte[] answer = card.getBasicChannel().transmit(command).getBytes();
                return HexFormat.of().withUpperCase().formatHex(answer);
            case "begin":
                card.beginExclusive();
                return "";
            case "end":
                card.endExclusive();
                return "";
            case "disconnect":
                card.disconnect("reset".equals(rest));
                return "";
            case "present":
                return String.valueOf(terminal().isCardPresent());
            case "await":
                return String.valueOf("present".equals(rest)
                        ? terminal().waitForCardPresent(10_000)
                        : terminal().waitForCardAbsent(10_000));
            case "readers":
                return terminals().list().stream()
                        .map(CardTerminal::getName).collect(Collectors.joining("|"));
            default:
                throw new AssertionError("no step " + name);
        }
    }

    private String tried(String line) {
        String[] parts = line.split(" ", 2);
        try {
            return ("ok " + step(parts[0], parts.length > 1 ? parts[1] : "")).strip();
        } catch (CardException | RuntimeException e) {
            Throwable root = e;
            while (root.getCause() != null) {
                root = root.getCause();
            }
            return e.getClass().getSimpleName() + ": " + root.getMessage();
        }
    }

    public static void main(String[] args) throws Exception {
        Steps steps = new Steps();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            long begun = System.nanoTime();
            String came = steps.tried(line);
            System.out.printf("%d\t%s%n", (System.nanoTime() - begun) / 1_000_000, came);
            System.out.flush();
        }
    }
}
