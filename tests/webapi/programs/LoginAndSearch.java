import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A cloud product's client: java.net.http with the shipped PKCS#12 and trust store. */
public class LoginAndSearch {
    public static void main(String[] a) throws Exception {
        char[] password = a[4].toCharArray();
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(load(a[2], password), password);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(load(a[3], password));

        try {
            post(client(null, trust), a[0], "", HttpRequest.BodyPublishers.ofString("{}"));
            System.out.println("no-certificate:accepted");
        } catch (java.io.IOException e) {
            System.out.println("no-certificate:" + e.getClass().getSimpleName());
        }
        HttpClient client = client(keys, trust);
        HttpResponse<String> login = post(client, a[0], "", HttpRequest.BodyPublishers.ofString("{}"));
        System.out.println(login.statusCode());
        String token = login.body().replaceAll("(?s).*\"idToken\": ?\"([^\"]*)\".*", "$1");
        HttpResponse<String> search =
            post(client, a[1], token, HttpRequest.BodyPublishers.ofFile(Path.of(a[5])));
        System.out.println(search.statusCode());
    }

    static KeyStore load(String path, char[] password) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(Path.of(path))) {
            store.load(in, password);
        }
        return store;
    }

    static HttpClient client(KeyManagerFactory keys, TrustManagerFactory trust) throws Exception {
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(keys == null ? null : keys.getKeyManagers(), trust.getTrustManagers(), null);
        return HttpClient.newBuilder().sslContext(tls).connectTimeout(Duration.ofSeconds(10)).build();
    }

    static HttpResponse<String> post(HttpClient client, String url, String token, HttpRequest.BodyPublisher body)
            throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
            .timeout(Duration.ofSeconds(10))
            .header("Authorization", token)
            .header("Content-Type", "application/json;charset=UTF-8")
            .POST(body)
            .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
