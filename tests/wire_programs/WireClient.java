import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;

/**
 * One line in, one out, by java.net.http; every request has a client, hence a connection, of its own.
 *
 * <p>In, separated by tabs: url, trust store, key store or nothing, their password, TLS version or
 * nothing, seconds, data in base64, headers as name and value by turns. Out: word, text in base64,
 * body in base64.
 */
public class WireClient {
    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] found;
            try {
                found = ask(line.split("\t", -1));
            } catch (Exception e) {
                found = new String[] {word(e), base64(e.toString().getBytes("UTF-8")), ""};
            }
            System.out.println(String.join("\t", found));
            System.out.flush();
        }
    }

    static String[] ask(String[] way) throws Exception {
        char[] password = way[3].toCharArray();
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(load(way[1], password));
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        if (!way[2].isEmpty()) {
            keys.init(load(way[2], password), password);
        }
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(way[2].isEmpty() ? null : keys.getKeyManagers(), trust.getTrustManagers(), null);
        Duration patience = Duration.ofMillis((long) (Double.parseDouble(way[5]) * 1000));
        HttpClient.Builder client = HttpClient.newBuilder().sslContext(tls).connectTimeout(patience)
            .version(HttpClient.Version.HTTP_1_1);
        if (!way[4].isEmpty()) {
            SSLParameters only = tls.getDefaultSSLParameters();
            only.setProtocols(new String[] {"TLSv" + way[4]});
            client.sslParameters(only);
        }
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(way[0])).timeout(patience)
            .POST(HttpRequest.BodyPublishers.ofByteArray(Base64.getDecoder().decode(way[6])));
        for (int i = 7; i + 1 < way.length; i += 2) {
            request.header(way[i], way[i + 1]);
        }
        HttpResponse<byte[]> answer = client.build().send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        return new String[] {"" + answer.statusCode(), "", base64(answer.body())};
    }

    /** The exception's class, and what it says it is about: an alert, or the innermost cause. */
    static String word(Throwable e) {
        String said = "" + e.getMessage();
        String word = e.getClass().getSimpleName();
        int alert = said.indexOf("fatal alert: ");
        if (alert >= 0) {
            return word + " " + said.substring(alert + 13);
        }
        Throwable inner = e;
        while (inner.getCause() != null && inner.getCause() != inner) {
            inner = inner.getCause();
        }
        String cause = inner.getClass().getSimpleName();
        return cause.equals(word) ? word : word + " " + cause;
    }

    static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    static KeyStore load(String path, char[] password) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(Path.of(path))) {
            store.load(in, password);
        }
        return store;
    }
}
