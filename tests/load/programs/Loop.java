import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.HexFormat;
import javax.smartcardio.*;

/**
 * For each line: a number, so many READ BINARY of 256 bytes, prints microseconds per command;
 * leave, give the card back; once, connect, one command, disconnect, prints milliseconds.
 */
public class Loop {
    static final CommandAPDU READ = new CommandAPDU(0x00, 0xB0, 0, 0, 256);

    static ResponseAPDU send(CardChannel channel, String hex) throws CardException {
        return channel.transmit(new CommandAPDU(HexFormat.of().parseHex(hex)));
    }

    static Card connect() throws CardException {
        CardTerminal terminal = TerminalFactory.getDefault().terminals().list().get(0);
        Card card = terminal.connect("*");
        send(card.getBasicChannel(), "00A4040C0AD392F000260100000001");
        send(card.getBasicChannel(), "00A4020C02000A");
        return card;
    }

    static void read(CardChannel channel) throws CardException {
        ResponseAPDU answer = channel.transmit(READ);
        if (answer.getSW() != 0x9000 || answer.getData().length != 256)
            throw new IllegalStateException(answer.toString());
    }

    static void once() throws CardException {
        Card card = connect();
        read(card.getBasicChannel());
        card.disconnect(false);
    }

    public static void main(String[] args) throws Exception {
        Card card = connect();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        System.out.println("ready");
        for (String line; (line = in.readLine()) != null; ) {
            long start = System.nanoTime();
            double divisor = 1e6;
            if (line.equals("leave")) {
                card.disconnect(false);
            } else if (line.equals("once")) {
                once();
            } else {
                int count = Integer.parseInt(line.trim());
                for (int i = 0; i < count; i++) read(card.getBasicChannel());
                divisor = 1e3 * count;
            }
            System.out.println((System.nanoTime() - start) / divisor);
        }
    }
}
