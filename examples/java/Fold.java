import java.text.Normalizer;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** Spellings that mean the same, brought to one form for comparing. Never for storing. */
final class Fold {
    /** Stands in answers for a character that their character set lacks. */
    static final String KUROMARU = "●";

    private static final String SMALL = "ァィゥェォッャュョヮヵヶ";
    private static final String LARGE = "アイウエオツヤユヨワカケ";
    private static final String KANJI_DIGITS = "〇一二三四五六七八九";
    private static final Pattern DASHES = Pattern.compile("[‐‑‒–—―−ー－ｰ]");
    private static final Pattern BEFORE_UNIT = Pattern.compile("[一二三四五六七八九](?=丁目|番|号)");
    private static final Map<String, String> SEX = Map.of("男", "1", "女", "2", "3", "");

    private Fold() {}

    /** Width and spaces only: 髙 and 高 stay different. */
    static String name(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFKC).replaceAll("[\\s　]", "");
    }

    /** Width, spaces, hiragana, and small letters: answers spell ショウ as ｼﾖｳ. */
    static String kana(String text) {
        StringBuilder found = new StringBuilder();
        for (char c : name(text).toCharArray()) {
            char katakana = c >= 'ぁ' && c <= 'ゖ' ? (char) (c + 0x60) : c;
            int small = SMALL.indexOf(katakana);
            found.append(small < 0 ? katakana : LARGE.charAt(small));
        }
        return DASHES.matcher(found).replaceAll("ー");
    }

    /** 一丁目２番地３号 as 1-2-3. */
    static String address(String text) {
        String plain = DASHES.matcher(name(text)).replaceAll("-");
        plain = BEFORE_UNIT.matcher(plain)
                .replaceAll(m -> String.valueOf(KANJI_DIGITS.indexOf(m.group())));
        plain = plain.replaceAll("(?<=\\d)(丁目|番地の?|番|号|の)(?=\\d)", "-");
        return plain.replaceAll("(?<=\\d)(番地|番|号)", "").replaceAll("-+$", "");
    }

    /** 記号 and 番号. */
    static String number(String text) {
        return DASHES.matcher(name(text)).replaceAll("-");
    }

    /** 保険者番号: eight places, padded by whoever sent it. */
    static String insurer(String text) {
        return name(text).replaceAll("^0+", "");
    }

    /** 枝番: two digits. */
    static String branch(String text) {
        String plain = name(text);
        return plain.length() == 1 ? "0" + plain : plain;
    }

    /** 1, 2, or "" for 未設定, which differs from nothing. */
    static String sex(String text) {
        return SEX.getOrDefault(name(text), name(text));
    }

    /** Whether both say something, and not the same. */
    static boolean differ(String ours, String theirs, UnaryOperator<String> folded) {
        if (ours == null || theirs == null) {
            return false;
        }
        String a = folded.apply(ours), b = folded.apply(theirs);
        return !a.isEmpty() && !b.isEmpty() && !a.equals(b);
    }

    /** Equal but for ●, which stands for any one character. */
    static boolean sameName(String ours, String theirs) {
        String a = name(ours), b = name(theirs);
        if (a.length() != b.length()) {
            return false;
        }
        for (int i = 0; i < a.length(); i++) {
            if (a.charAt(i) != b.charAt(i) && a.charAt(i) != '●' && b.charAt(i) != '●') {
                return false;
            }
        }
        return true;
    }

    /** A spelling that is complete, or null. */
    static String complete(String text) {
        return text == null || text.isEmpty() || text.contains(KUROMARU) ? null : text;
    }

    static boolean hasKanji(String text) {
        return text.codePoints().anyMatch(Character::isIdeographic);
    }
}
