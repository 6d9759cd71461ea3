import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** How long the program waits, and how often it tries. */
final class Limits {
    static final int TRIES = 8;
    final Duration connect, answer, file, card, pause, poll;

    /**
     * {@code scale}: how fast time runs on a bench (0.01: a hundredth of each wait). The second
     * number is the least that a computer needs even then.
     */
    Limits(double scale) {
        connect = Duration.ofMillis(Math.max((long) (10_000 * scale), 1000));
        answer = Duration.ofMillis(Math.max((long) (60_000 * scale), 1500));
        file = Duration.ofMillis(Math.max((long) (20_000 * scale), 300));
        card = Duration.ofMillis(Math.max((long) (60_000 * scale), 600));
        pause = Duration.ofMillis(Math.max((long) (300 * scale), 3));
        poll = Duration.ofMillis(Math.max((long) (500 * scale), 5));
    }

    /**
     * The value of {@code call}, which runs in a thread that is given up when it does not come
     * back: PC/SC has no time-outs of its own.
     */
    static <T> T bounded(Callable<T> call, Duration limit) throws Exception {
        FutureTask<T> task = new FutureTask<>(call);
        Thread thread = new Thread(task, "clinic-io");
        thread.setDaemon(true);
        thread.start();
        try {
            return task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            task.cancel(true);
            throw e;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception ? (Exception) e.getCause() : e;
        }
    }
}
