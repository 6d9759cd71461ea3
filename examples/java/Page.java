import java.time.LocalDate;
import java.util.List;

/** The insurance page of one patient. null: nothing is known of it. */
final class Page implements Cloneable {
    String chartNo, name, kana, sex, address;
    LocalDate birthdate;
    String insurerNumber, symbol, number, branch;
    /** In percent. */
    Integer share;
    /** 限度額区分, as in "A03". */
    String limit;
    List<String> publicExpense;
    String status;

    Page copy() {
        try {
            return (Page) clone();
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
    }
}
