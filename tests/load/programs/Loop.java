import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.HexFormat;
import javax.smartcardio.*;

/** For each line, a number, so many READ BINARY of 256 bytes; prints microseconds per command. */
public class Loop {
    static ResponseAPDU send(CardChannel channel, String hex) throws CardException {
        return channel.transmit(new CommandAPDU(HexFormat.of().parseHex(hex)));
    }

    public static void main(String[] args) throws Exception {
        Card card = TerminalFactory.getDefault().terminals().list().get(0).connect("*");
        CardChannel channel = card.getBasicChannel();
        send(channel, "00A4040C0AD392F000260100000001");
        send(channel, "00A4020C02000A");
        CommandAPDU read = new CommandAPDU(0x00, 0xB0, 0, 0, 256);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        System.out.println("ready");
        for (String line; (line = in.readLine()) != null; ) {
            int count = Integer.parseInt(line.trim());
            long start = System.nanoTime();
            for (int i = 0; i < count; i++) {
                ResponseAPDU answer = channel.transmit(read);
                if (answer.getSW() != 0x9000 || answer.getData().length != 256)
                    throw new IllegalStateException(answer.toString());
            }
            System.out.println((System.nanoTime() - start) / 1000.0 / count);
        }
        card.disconnect(false);
    }
}
