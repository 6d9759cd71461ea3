import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/** The 連携アプリ's folders: a request into req/, its result out of res/. */
final class Folder {
    private final Path requests, results;
    private final Limits limits;
    /** Results that may still come, of inquiries that were given up. */
    private final Set<Path> givenUp = new HashSet<>();

    Folder(Path root, Limits limits) {
        requests = root.resolve("req");
        results = root.resolve("res");
        this.limits = limits;
    }

    Answer ask(Inquiry inquiry) throws Breakdown {
        sweep();
        Path request = requests.resolve("OQSsiquc01req_" + inquiry.identifier + ".xml");
        Path result = results.resolve("OQSsiquc01res_" + inquiry.identifier + ".xml");
        write(request, inquiry.xml());
        Answer answer = await(result);
        if (answer == null) {
            givenUp.add(result);
            throw Breakdown.system(discard(request)
                    ? "連携アプリが照会を受け取りません"
                    : "連携アプリから完全な結果が届きません");
        }
        discard(result);
        return inquiry.checked(answer);
    }

    /** Results of other patients are no business of this one: removed, not read. */
    private void sweep() {
        givenUp.removeIf(Folder::discard);
    }

    /** The request appears whole: written under another name, then renamed. */
    private static void write(Path request, String text) throws Breakdown {
        Path draft = request.resolveSibling(request.getFileName() + ".tmp");
        try {
            Files.write(draft, text.getBytes(StandardCharsets.UTF_8));
            Files.move(draft, request, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw Breakdown.system("連携フォルダに書き込めません");
        }
    }

    /**
     * The result once it is whole, or null: it reads the same twice in a row and parses to its end.
     * A writer may be half-way through.
     */
    private Answer await(Path result) throws Breakdown {
        byte[] before = null;
        for (long waited = 0; waited <= limits.file.toMillis(); waited += limits.poll.toMillis()) {
            try {
                Thread.sleep(limits.poll.toMillis());
                byte[] content = Files.readAllBytes(result);
                if (Arrays.equals(content, before)) {
                    return Answer.ofXml(content);
                }
                before = content;
            } catch (IOException | Answer.Unreadable e) {
                continue;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw Breakdown.system("照会を取りやめました");
            }
        }
        return null;
    }

    /** Whether it was there and is gone now. */
    private static boolean discard(Path file) {
        try {
            return Files.deleteIfExists(file);
        } catch (IOException e) {
            return false;
        }
    }
}
