import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import javax.smartcardio.Card;
import javax.smartcardio.CardException;
import javax.smartcardio.CardTerminal;
import javax.smartcardio.CommandAPDU;
import javax.smartcardio.ResponseAPDU;
import javax.smartcardio.TerminalFactory;

/** The マイナンバーカード over javax.smartcardio: its certificate's end, tries left, VERIFY. */
final class CardReader {
    private static final String LIBRARY = "sun.security.smartcardio.library";
    private static final ZoneId JST = ZoneId.of("Asia/Tokyo");
    private static final int OK = 0x9000, NOT_THERE = 0x6A82;
    private static final byte[] JPKI = {
        (byte) 0xD3, (byte) 0x92, (byte) 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01
    };
    private static final byte[] AUTH_CERTIFICATE = {0x00, 0x0A};
    private static final byte[] AUTH_PIN = {0x00, 0x18};
    private static final Map<String, String> WORDS = Map.of(
            "SCARD_E_NO_SERVICE", "カードリーダーのサービスが動いていません",
            "SCARD_E_SERVICE_STOPPED", "カードリーダーのサービスが止まりました",
            "SCARD_E_NO_READERS_AVAILABLE", "カードリーダーが見つかりません",
            "SCARD_E_READER_UNAVAILABLE", "カードリーダーの接続が切れました",
            "SCARD_E_UNKNOWN_READER", "カードリーダーの接続が切れました",
            "SCARD_E_NO_SMARTCARD", "カードが置かれていません",
            "SCARD_W_REMOVED_CARD", "読み取り中にカードが離れました",
            "SCARD_W_UNRESPONSIVE_CARD", "カードが応答しません。置き方を確かめてください",
            "SCARD_E_SHARING_VIOLATION", "カードリーダーを別のソフトが使っています");

    private final Limits limits;

    static {
        if (System.getProperty(LIBRARY) == null) {
            findLibrary();
        }
    }

    CardReader(Limits limits) {
        this.limits = limits;
    }

    /** Java looks in /usr/lib only; Debian and Ubuntu keep libraries in a folder per machine type. */
    private static void findLibrary() {
        try (DirectoryStream<Path> folders =
                Files.newDirectoryStream(Path.of("/usr/lib"), "{*-linux-gnu*,../lib64}")) {
            for (Path folder : folders) {
                Path library = folder.resolve("libpcsclite.so.1");
                if (Files.exists(library)) {
                    System.setProperty(LIBRARY, library.toString());
                    return;
                }
            }
        } catch (IOException e) {
            // not Linux: Java knows its place there
        }
    }

    /**
     * The card, read: a few tries, since nothing is spent by reading. A wrong card or a stuck
     * reader is not tried again.
     */
    Session open() throws Breakdown {
        Breakdown last = null;
        long end = System.nanoTime() + limits.card.toNanos();
        for (int attempt = 0; attempt < Limits.TRIES && System.nanoTime() < end; attempt++) {
            try {
                if (attempt > 0) {
                    Thread.sleep(limits.pause.toMillis());
                }
                return guarded(() -> read(new Session(connect())));
            } catch (Stuck e) {
                throw e.told();
            } catch (Breakdown e) {
                last = e;
                if (!e.again) {
                    break;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw Breakdown.device("読み取りを取りやめました");
            }
        }
        throw last;
    }

    /** The first reader whose card answers; one broken reader does not hide another. */
    private static Card connect() throws CardException, GeneralSecurityException {
        CardException last = new CardException("SCARD_E_NO_READERS_AVAILABLE");
        for (CardTerminal terminal : TerminalFactory.getInstance("PC/SC", null).terminals().list()) {
            try {
                return terminal.connect("*");
            } catch (CardException e) {
                last = e;
            }
        }
        throw last;
    }

    private static Session read(Session session) throws Exception {
        try {
            session.read();
            return session;
        } catch (Exception e) {
            session.disconnect();
            throw e;
        }
    }

    /** A card from connect to disconnect. */
    final class Session {
        private final Card card;
        private boolean stuck;
        LocalDate certificateEnd;
        /** -1: the card does not say. */
        int triesLeft = -1;

        private Session(Card card) {
            this.card = card;
        }

        private void read() throws Exception {
            ResponseAPDU jpki = send(new CommandAPDU(0x00, 0xA4, 0x04, 0x0C, JPKI));
            if (jpki.getSW() == NOT_THERE) {
                throw Breakdown.card("マイナンバーカードではありません");
            }
            check(jpki);
            check(send(new CommandAPDU(0x00, 0xA4, 0x02, 0x0C, AUTH_CERTIFICATE)));
            certificateEnd = end(readFile());
            check(send(new CommandAPDU(0x00, 0xA4, 0x02, 0x0C, AUTH_PIN)));
            triesLeft = tries(send(new CommandAPDU(0x00, 0x20, 0x00, 0x80)).getSW());
        }

        /** One VERIFY with what the patient typed, whatever happens: each one may cost a try. */
        boolean verify(String pin) throws Breakdown {
            byte[] typed = pin.getBytes(StandardCharsets.US_ASCII);
            int sw;
            try {
                sw = guarded(() -> send(new CommandAPDU(0x00, 0x20, 0x00, 0x80, typed))).getSW();
            } catch (Stuck e) {
                stuck = true;
                throw e.told();
            }
            if (sw == OK) {
                return true;
            }
            triesLeft = tries(sw);
            if (triesLeft < 0) {
                throw unexpected(sw);
            }
            return false;
        }

        /** Resets the card, so that no verified PIN outlives this patient. */
        void close() {
            try {
                if (!stuck) {
                    guarded(this::disconnect);
                }
            } catch (Breakdown | Stuck e) {
                // the card is gone, and the verified PIN with it
            }
        }

        private Void disconnect() throws CardException {
            card.disconnect(true);
            return null;
        }

        /** The selected file, up to the length that its header states. */
        private byte[] readFile() throws Exception {
            ByteArrayOutputStream content = new ByteArrayOutputStream();
            int size = 4;
            while (content.size() < size) {
                int at = content.size();
                ResponseAPDU part = check(send(new CommandAPDU(
                        0x00, 0xB0, at >> 8, at & 0xFF, Math.min(256, size - at))));
                content.write(part.getData());
                byte[] head = content.toByteArray();
                if (part.getData().length == 0 || head.length < 4 || head[1] != (byte) 0x82) {
                    throw Breakdown.device("電子証明書を読み取れません");
                }
                size = 4 + ((head[2] & 0xFF) << 8 | head[3] & 0xFF);
            }
            return content.toByteArray();
        }

        private ResponseAPDU send(CommandAPDU command) throws CardException {
            return card.getBasicChannel().transmit(command);
        }
    }

    private static ResponseAPDU check(ResponseAPDU answer) throws Breakdown {
        if (answer.getSW() != OK) {
            throw unexpected(answer.getSW());
        }
        return answer;
    }

    private static Breakdown unexpected(int sw) {
        return Breakdown.device(String.format("カードを読み取れません(%04X)", sw));
    }

    private static int tries(int sw) {
        if (sw == 0x6983 || sw == 0x6984) {
            return 0;
        }
        return (sw & 0xFFF0) == 0x63C0 ? sw & 0x0F : -1;
    }

    private static LocalDate end(byte[] der) throws Breakdown {
        try {
            X509Certificate found = (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(der));
            return found.getNotAfter().toInstant().atZone(JST).toLocalDate();
        } catch (GeneralSecurityException e) {
            throw Breakdown.device("電子証明書が壊れています");
        }
    }

    /** Until then an expired certificate still serves for eligibility: three months, to their end. */
    static LocalDate graceEnd(LocalDate certificateEnd) {
        return YearMonth.from(certificateEnd).plusMonths(3).atEndOfMonth();
    }

    // ---------------------------------------------------------------- failures
    /** The reader does not come back: its thread was given up. */
    private static final class Stuck extends Exception {
        private static final long serialVersionUID = 1;

        Breakdown told() {
            return Breakdown.device("カードリーダーが応答しません");
        }
    }

    private <T> T guarded(Callable<T> call) throws Breakdown, Stuck {
        try {
            return Limits.bounded(call, limits.card);
        } catch (TimeoutException e) {
            throw new Stuck();
        } catch (Breakdown e) {
            throw e;
        } catch (Exception e) {
            throw told(e);
        }
    }

    /** javax.smartcardio has one exception for everything; the cause's text is PC/SC's own name. */
    private static Breakdown told(Exception failure) {
        String name = "";
        for (Throwable e = failure; e != null; e = e.getCause()) {
            String text = String.valueOf(e.getMessage());
            name = text.startsWith("SCARD_") ? text : name;
        }
        if (name.equals("SCARD_E_NO_SERVICE") || name.equals("SCARD_E_SERVICE_STOPPED")) {
            renewContext();
        }
        String shown = name.isEmpty() ? failure.toString() : name;
        return Breakdown.device(
                WORDS.getOrDefault(name, "カードリーダーとの通信に失敗しました") + "(" + shown + ")");
    }

    /**
     * Java makes one PC/SC context per process and keeps it when the service behind it has ended.
     * Without {@code --add-opens java.smartcardio/sun.security.smartcardio=ALL-UNNAMED} only a
     * restart of the program helps then.
     */
    private static void renewContext() {
        try {
            Class<?> terminals = Class.forName("sun.security.smartcardio.PCSCTerminals");
            Field context = terminals.getDeclaredField("contextId");
            Field known = terminals.getDeclaredField("terminals");
            Method establish = Class.forName("sun.security.smartcardio.PCSC")
                    .getDeclaredMethod("SCardEstablishContext", int.class);
            context.setAccessible(true);
            known.setAccessible(true);
            establish.setAccessible(true);
            context.setLong(null, (Long) establish.invoke(null, 0));
            ((Map<?, ?>) known.get(null)).clear();
        } catch (ReflectiveOperationException | RuntimeException e) {
            // the operator reads that the service has stopped
        }
    }
}
