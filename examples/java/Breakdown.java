/**
 * Card, reader, line or system cannot be used. Says nothing about the patient's insurance.
 *
 * <p>{@code status}: device_unusable, system_unreachable or request_error; {@code again}: whether
 * another try could help.
 */
final class Breakdown extends Exception {
    private static final long serialVersionUID = 1;
    final String status;
    final boolean again;

    private Breakdown(String status, String text, boolean again) {
        super(text);
        this.status = status;
        this.again = again;
    }

    static Breakdown device(String text) {
        return new Breakdown("device_unusable", text, true);
    }

    /** A device trouble that the same card will always make. */
    static Breakdown card(String text) {
        return new Breakdown("device_unusable", text, false);
    }

    static Breakdown system(String text) {
        return new Breakdown("system_unreachable", text, true);
    }

    static Breakdown refused(String text) {
        return new Breakdown("request_error", text, true);
    }
}
