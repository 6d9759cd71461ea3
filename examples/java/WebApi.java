import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** The eligibility system's WebAPI: login with a client certificate, then search with a token. */
final class WebApi {
    private static final String LOGIN = "/oqs-api-pro/MSA12020/ILI12020SV01/auth";
    private static final String SEARCH = "/oqs-api-pro/MSA01030/ILI01030SV01/search";
    private static final Gson JSON = new Gson();
    private final String loginUrl, searchUrl;
    private final Limits limits;
    private final HttpClient http;
    private String token = "";

    WebApi(Map<String, String> env, Limits limits) throws IOException, GeneralSecurityException {
        this.limits = limits;
        loginUrl = env.get("ONSHI_WEBAPI_URL") + LOGIN;
        searchUrl = env.get("ONSHI_WEBAPI_SEARCH_URL") + SEARCH;
        http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(limits.connect)
                .proxy(HttpClient.Builder.NO_PROXY)
                .sslContext(certificates(env))
                .build();
    }

    /** Forget the login: a new day. */
    void logout() {
        token = "";
    }

    /** Failures that come at once are worth another try; a time-out has cost enough already. */
    Answer ask(Inquiry inquiry) throws Breakdown {
        long end = System.nanoTime() + limits.answer.toNanos();
        Breakdown last = null;
        for (int attempt = 0; attempt < Limits.TRIES && System.nanoTime() < end; attempt++) {
            try {
                if (attempt > 0) {
                    Thread.sleep(limits.pause.toMillis());
                }
                if (token.isEmpty()) {
                    token = login(end);
                }
                String body = JSON.toJson(inquiry.tree());
                return inquiry.checked(Answer.ofJson(post(searchUrl, body, token, end)));
            } catch (Answer.Unreadable e) {
                last = Breakdown.system("資格確認システムの応答を読み取れません");
            } catch (Breakdown e) {
                last = e;
            } catch (TimeoutException e) {
                throw Breakdown.system("資格確認システムの応答がありません");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw Breakdown.system("照会を取りやめました");
            }
        }
        throw last;
    }

    private String login(long end) throws Breakdown, TimeoutException, InterruptedException {
        try {
            JsonObject answer = JSON.fromJson(post(loginUrl, "{}", "", end), JsonObject.class);
            return answer.getAsJsonObject("result").get("idToken").getAsString();
        } catch (JsonParseException | NullPointerException | ClassCastException e) {
            throw Breakdown.system("資格確認システムにログインできません");
        }
    }

    /** A limit on the whole: one on the next byte is never reached by a trickle of bytes. */
    private String post(String url, String body, String token, long end)
            throws Breakdown, TimeoutException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url))
                .header("Content-Type", "application/json")
                .header("Accept", "application/json")
                .POST(BodyPublishers.ofString(body));
        if (!token.isEmpty()) {
            request.header("Authorization", token);
        }
        CompletableFuture<HttpResponse<String>> call =
                http.sendAsync(request.build(), BodyHandlers.ofString());
        try {
            return accepted(call.get(end - System.nanoTime(), TimeUnit.NANOSECONDS));
        } catch (ExecutionException e) {
            throw Breakdown.system("資格確認システムにつながりません");
        } finally {
            call.cancel(true);
        }
    }

    private String accepted(HttpResponse<String> answer) throws Breakdown {
        int status = answer.statusCode();
        if (status == 200) {
            return answer.body();
        }
        if (status == 401 || status == 403) {
            token = "";
            throw Breakdown.system("資格確認システムが認証を拒みました");
        }
        String text = "(HTTP " + status + ")";
        throw status >= 500
                ? Breakdown.system("資格確認システムが使えません" + text)
                : Breakdown.refused("資格確認システムが照会を断りました" + text);
    }

    private static SSLContext certificates(Map<String, String> env)
            throws IOException, GeneralSecurityException {
        char[] password = env.get("ONSHI_WEBAPI_P12_PASSWORD").toCharArray();
        KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX");
        own.init(store(env.get("ONSHI_WEBAPI_P12"), password), password);
        TrustManagerFactory trusted = TrustManagerFactory.getInstance("PKIX");
        trusted.init(store(env.get("ONSHI_WEBAPI_TRUSTSTORE"), password));
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
        return context;
    }

    private static KeyStore store(String file, char[] password)
            throws IOException, GeneralSecurityException {
        KeyStore found = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            found.load(in, password);
        }
        return found;
    }
}
