import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;

/** One inquiry by the insurance's numbers. */
final class Inquiry {
    private static int last = 0;
    final LocalDate day;
    final String institution, identifier;
    private final Map<String, String> query;

    Inquiry(Map<String, String> query, String institution, LocalDate day) {
        this.query = query;
        this.institution = institution;
        this.day = day;
        identifier = compact(day) + String.format("%04d", next());
    }

    /** Never the same twice, or an old answer would be taken for a new one. */
    private static synchronized int next() {
        return ++last;
    }

    private static String compact(LocalDate day) {
        return day.format(DateTimeFormatter.BASIC_ISO_DATE);
    }

    /** The message as a tree. */
    Map<String, Object> tree() {
        Map<String, Object> header = new LinkedHashMap<>();
        header.put("QualificationConfirmationDate", compact(day));
        header.put("MedicalInstitutionCode", institution);
        header.put("ArbitraryFileIdentifier", identifier);
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("MessageHeader", header);
        message.put("MessageBody", Map.of("QualificationConfirmSearchInfo", query));
        return Map.of("XmlMsg", message);
    }

    String xml() {
        StringBuilder text = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        tree().forEach((name, value) -> element(text, name, value));
        return text.toString();
    }

    private static void element(StringBuilder text, String name, Object value) {
        text.append('<').append(name).append('>');
        if (value instanceof Map) {
            ((Map<?, ?>) value).forEach((key, inner) -> element(text, (String) key, inner));
        } else {
            text.append(((String) value).replace("&", "&amp;").replace("<", "&lt;"));
        }
        text.append("</").append(name).append('>');
    }

    /** Raises a Breakdown for an answer to somebody else's inquiry. */
    Answer checked(Answer answer) throws Breakdown {
        if (!answer.identifier.equals(identifier) || !answer.institution.equals(institution)) {
            throw Breakdown.system("別の照会への応答が返りました");
        }
        return answer;
    }
}
