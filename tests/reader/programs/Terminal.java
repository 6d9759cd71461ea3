import java.util.List;
import javax.smartcardio.*;

/** A javax.smartcardio client; the argument says what to do. Prints one line per answer. */
public class Terminal {
    static String of(Throwable e) {
        Throwable cause = e.getCause() != null ? e.getCause() : e;
        return e.getClass().getSimpleName() + " " + cause.getMessage();
    }

    static void transmit(CardChannel channel) {
        try {
            ResponseAPDU r = channel.transmit(new CommandAPDU(0x00, 0xB0, 0, 0, 4));
            System.out.printf("transmit %04X %d%n", r.getSW(), r.getData().length);
        } catch (Exception e) {
            System.out.println("transmit " + of(e));
        }
    }

    public static void main(String[] args) throws Exception {
        List<CardTerminal> found;
        try {
            found = TerminalFactory.getDefault().terminals().list();
        } catch (Exception e) {
            System.out.println("list " + of(e));
            return;
        }
        System.out.println("list " + found.size());
        CardTerminal terminal = found.get(0);
        System.out.println("name " + terminal.getName());
        System.out.println("present " + terminal.isCardPresent());
        System.out.println("absent in 200 ms " + terminal.waitForCardAbsent(200));
        Card card;
        try {
            card = terminal.connect("*");
        } catch (CardException e) {
            System.out.println("connect " + of(e));
            return;
        }
        StringBuilder atr = new StringBuilder();
        for (byte b : card.getATR().getBytes()) atr.append(String.format("%02X", b));
        System.out.println("atr " + atr + " " + card.getProtocol());
        card.beginExclusive();
        CardChannel channel = card.getBasicChannel();
        for (int i = 0; i < 3; i++) transmit(channel);
        try {
            card.endExclusive();
            card.disconnect(true);
            System.out.println("disconnected");
        } catch (Exception e) {
            System.out.println("end " + of(e));
        }
    }
}
