import java.time.LocalDate;
import java.util.List;
import java.util.Map;

/** A patient at the desk and the operator behind it, as the program meets them. */
interface Reception {
    LocalDate day();

    /** Whether there is a card to read; else the insurance's numbers are typed in. */
    boolean byCard();

    /** By which line to inquire: webapi or folder. */
    String line();

    /** The QualificationConfirmSearchInfo. */
    Map<String, String> query();

    /** What the patient wrote on the 問診票. */
    Page form();

    /** null at a first visit. */
    String chartNo();

    /** The papers shown, by their name. */
    Map<String, Page> papers();

    void present();

    /** What the patient typed; null: nothing (more). */
    String enterPin();

    /** The operator's answer. */
    String ask(String prompt, List<String> options);
}
