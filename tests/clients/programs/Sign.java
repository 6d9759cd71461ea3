import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import javax.smartcardio.*;

/** Reads a certificate, signs with its key after VERIFY, and checks the signature itself. */
public class Sign {
    static CardChannel channel;

    static ResponseAPDU send(String hex) throws CardException {
        return channel.transmit(new CommandAPDU(HexFormat.of().parseHex(hex)));
    }

    static byte[] file(String fid) throws CardException {
        send("00A4020C02" + fid);
        byte[] head = send("00B0000004").getData();
        int size = 4 + ((head[2] & 0xFF) << 8 | head[3] & 0xFF);
        var whole = new ByteArrayOutputStream();
        while (whole.size() < size) {
            int at = whole.size(), most = Math.min(256, size - at);
            whole.writeBytes(
                channel.transmit(new CommandAPDU(0, 0xB0, at >> 8, at & 0xFF, most)).getData());
        }
        return whole.toByteArray();
    }

    public static void main(String[] args) throws Exception {
        var terminal = TerminalFactory.getDefault().terminals().list().get(0);
        var card = terminal.connect("T=1");
        card.beginExclusive();
        channel = card.getBasicChannel();
        System.out.printf("select %04X%n", send("00A4040C0AD392F000260100000001").getSW());
        System.out.printf("wrong %04X%n", send("002000980439393939").getSW());
        System.out.printf("right %04X%n", send("002000980431323334").getSW());
        var der = new ByteArrayInputStream(file("000A"));
        var x509 = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(der);
        byte[] data = "a challenge".getBytes();
        var digest = java.security.MessageDigest.getInstance("SHA-256").digest(data);
        var info = "3031300d060960864801650304020105000420" + HexFormat.of().formatHex(digest);
        var signed = send("802A009733" + info + "00");
        System.out.printf("sign %04X %d%n", signed.getSW(), signed.getNr());
        var check = Signature.getInstance("SHA256withRSA");
        check.initVerify(x509);
        check.update(data);
        System.out.println("verified " + check.verify(signed.getData()));
        // 4096 bytes are an extended Le: the whole certificate at once, or what a card gives of it.
        var all = channel.transmit(new CommandAPDU(0, 0xB0, 0x8A, 0, 4096));
        System.out.printf("extended %04X %s%n", all.getSW(), all.getNr() >= 256);
        card.endExclusive();
        card.disconnect(true);
        System.out.println("disconnected");
        System.out.println("absent " + terminal.waitForCardAbsent(15_000));
    }
}
