import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.HttpsURLConnection;

/** A product in Java: host names built in, key and trust as the JVM was told. Says what it got. */
public class BuiltIn {
    static final String LOGIN = "https://hweb-api.oqs.onshikaku.org/oqs-api-pro/MSA12020/ILI12020SV01/auth";
    static final String SEARCH = "https://hweb-mnc.oqs.onshikaku.org/oqs-api-pro/MSA01030/ILI01030SV01/search";
    static final HttpClient CLIENT = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(20)).build();

    interface Way {
        String post(String url, String token, byte[] body) throws Exception;
    }

    public static void main(String[] a) throws Exception {
        byte[] inquiry = Files.readAllBytes(Path.of(a[0]));
        boolean done = go("HttpClient", BuiltIn::byHttpClient, inquiry);
        done &= go("HttpsURLConnection", BuiltIn::byUrlConnection, inquiry);
        System.exit(done ? 0 : 1);
    }

    static boolean go(String name, Way way, byte[] inquiry) throws Exception {
        try {
            String login = way.post(LOGIN, "", "{\"user\":\"x\"}".getBytes(StandardCharsets.UTF_8));
            String found = way.post(SEARCH, field(login, "idToken"), inquiry);
            System.out.println(name + " " + field(found, "QualificationValidity"));
            return true;
        } catch (IOException e) {
            System.err.println(name + " " + e);
            return false;
        }
    }

    static String field(String json, String name) {
        return json.replaceAll("(?s).*\"" + name + "\": ?\"([^\"]*)\".*", "$1");
    }

    static String byHttpClient(String url, String token, byte[] body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
            .timeout(Duration.ofSeconds(20))
            .header("Authorization", token)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
        return CLIENT.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }

    static String byUrlConnection(String url, String token, byte[] body) throws Exception {
        HttpsURLConnection connection = (HttpsURLConnection) new URL(url).openConnection();
        connection.setConnectTimeout(20000);
        connection.setReadTimeout(20000);
        connection.setDoOutput(true);
        connection.setRequestProperty("Authorization", token);
        try (OutputStream out = connection.getOutputStream()) {
            out.write(body);
        }
        try (InputStream in = connection.getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
