import java.util.Arrays;
import java.util.concurrent.CountDownLatch;

/** A product that hangs in one trouble and throws in another: {@code Faulty HANGS THROWS ARGS...}. */
public final class Faulty extends ClinicAdapter {
    private final String hangs, throwsIn;

    private Faulty(String hangs, String throwsIn) {
        super(false);
        this.hangs = hangs;
        this.throwsIn = throwsIn;
    }

    @Override
    public OnshiDriver.Handling checkIn(OnshiDriver.Visit visit) {
        if (hangs.equals(visit.trouble)) {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        if (throwsIn.equals(visit.trouble)) {
            throw new IllegalStateException("受付画面が落ちました");
        }
        return super.checkIn(visit);
    }

    public static void main(String[] args) {
        String[] rest = Arrays.copyOfRange(args, 2, args.length);
        System.exit(OnshiDriver.run(() -> new Faulty(args[0], args[1]), rest));
    }
}
