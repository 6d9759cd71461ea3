import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** An answer of the eligibility system: the same tree as JSON (WebAPI) and as XML (folder). */
final class Answer {
    /** Not a whole, well-formed message: maybe still being written. */
    static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1;

        Unreadable(String text) {
            super(text);
        }
    }

    /** One qualification. "" or null for what was not sent. */
    static final class Qualification {
        String cardClass, insurerNumber, insurerName, symbol, number, branch, relation;
        String name, kana, sex, address, validTo, limit;
        LocalDate birthdate, validFrom;
        boolean preschool;
        Integer ratio;

        /** The share in percent; null where the answer should say it and does not. */
        Integer share(LocalDate day) {
            if (cardClass.equals("A1")) {
                return 0;
            }
            if (ratio != null) {
                return ratio;
            }
            if (birthdate != null && birthdate.plusYears(70).compareTo(day) <= 0) {
                return null;
            }
            return preschool ? 20 : 30;
        }
    }

    private static final DateTimeFormatter DAY = DateTimeFormatter.BASIC_ISO_DATE;
    private static final Charset CP932 = Charset.forName("windows-31j");
    private static final Pattern DECLARED =
            Pattern.compile("^\\s*<\\?xml[^>]*?encoding=[\"']([A-Za-z0-9_\\-]+)[\"'][^>]*\\?>");

    final String institution, identifier, text;
    /** The patient's state in one word, as a product's screen would have it. */
    final String status;
    final List<Qualification> found = new ArrayList<>();

    private Answer(Map<?, ?> message) throws Unreadable {
        Map<?, ?> header = part(message, "MessageHeader"), body = part(message, "MessageBody");
        if (header.isEmpty()) {
            throw new Unreadable("MessageHeaderがありません");
        }
        institution = value(header, "MedicalInstitutionCode");
        identifier = value(header, "ArbitraryFileIdentifier");
        String said = value(header, "ErrorMessage");
        text = said.isEmpty() ? value(body, "ProcessingResultMessage") : said;
        status = status(value(header, "SegmentOfResult"), value(body, "ProcessingResultStatus"),
                value(body, "QualificationValidity"));
        for (Map<?, ?> one : results(body.get("ResultList"))) {
            found.add(qualification(one));
        }
    }

    /** A code that nobody knows is an error, never 無効. */
    private static String status(String segment, String processing, String validity) {
        if (segment.equals("2")) {
            return "pending";
        }
        if (!segment.equals("1")) {
            return "system_unreachable";
        }
        if (!processing.equals("1")) {
            return "request_error";
        }
        switch (validity) {
            case "1": return "valid";
            case "2": return "invalid";
            case "3": return "invalid_new";
            case "4": return "not_found";
            case "5": return "multiple";
            case "6": return "valid_unregistered";
            default: return "request_error";
        }
    }

    // ---------------------------------------------------------------- JSON and XML
    static Answer ofJson(String text) throws Unreadable {
        if (text.indexOf('\ufffd') >= 0) { // what BodyHandlers.ofString makes of bytes that are not UTF-8
            throw new Unreadable("文字コードが違います");
        }
        try {
            Map<?, ?> document = new Gson().fromJson(text, Map.class);
            return new Answer(part(document == null ? Map.of() : document, "XmlMsg"));
        } catch (JsonParseException e) {
            throw new Unreadable("JSONとして読み取れません");
        }
    }

    /**
     * Decodes strictly and believes CharacterCodeIdentifier (0: UTF-8, 1: Shift_JIS) more than the
     * declaration: one encoding read as the other can succeed, with wrong names.
     */
    static Answer ofXml(byte[] content) throws Unreadable {
        Map<?, ?> other = null;
        for (Charset charset : List.of(StandardCharsets.UTF_8, CP932)) {
            try {
                Map<?, ?> tree = tree(charset.newDecoder().decode(ByteBuffer.wrap(content)).toString());
                String code = value(part(tree, "MessageHeader"), "CharacterCodeIdentifier");
                if (code.isEmpty() || code.equals(charset == CP932 ? "1" : "0")) {
                    return new Answer(tree);
                }
                other = other == null ? tree : other;
            } catch (CharacterCodingException | SAXException e) {
                continue;
            }
        }
        if (other == null) {
            throw new Unreadable("XMLとして読み取れません");
        }
        return new Answer(other);
    }

    private static Map<?, ?> tree(String text) throws SAXException {
        String plain = text.startsWith("\ufeff") ? text.substring(1) : text;
        Matcher declaration = DECLARED.matcher(plain);
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            DocumentBuilder builder = factory.newDocumentBuilder();
            builder.setErrorHandler(null);
            String body = declaration.replaceFirst("");
            Element root = builder.parse(new InputSource(new StringReader(body))).getDocumentElement();
            Object found = tree(root);
            return found instanceof Map && root.getTagName().equals("XmlMsg") ? (Map<?, ?>) found : Map.of();
        } catch (ParserConfigurationException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Children by name; a name that repeats becomes a list. */
    private static Object tree(Element element) {
        Map<String, Object> children = new LinkedHashMap<>();
        for (Node n = element.getFirstChild(); n != null; n = n.getNextSibling()) {
            if (n instanceof Element) {
                Object value = tree((Element) n);
                children.merge(n.getNodeName(), value, Answer::joined);
            }
        }
        return children.isEmpty() ? element.getTextContent() : children;
    }

    private static Object joined(Object earlier, Object later) {
        List<Object> all = new ArrayList<>(earlier instanceof List ? (List<?>) earlier : List.of(earlier));
        all.add(later);
        return all;
    }

    // ---------------------------------------------------------------- the tree
    /** ResultList is a list of one-key objects in JSON, and an element with children in XML. */
    private static List<Map<?, ?>> results(Object list) {
        List<Map<?, ?>> all = new ArrayList<>();
        for (Object part : list instanceof List ? (List<?>) list : List.of(list == null ? "" : list)) {
            Object inner = part instanceof Map
                    ? ((Map<?, ?>) part).get("ResultOfQualificationConfirmation") : null;
            for (Object one : inner instanceof List ? (List<?>) inner : List.of(inner == null ? "" : inner)) {
                if (one instanceof Map) {
                    all.add((Map<?, ?>) one);
                }
            }
        }
        return all;
    }

    private static Qualification qualification(Map<?, ?> r) throws Unreadable {
        Qualification q = new Qualification();
        q.cardClass = value(r, "InsuredCardClassification");
        q.insurerNumber = value(r, "InsurerNumber");
        q.insurerName = value(r, "InsurerName");
        q.symbol = value(r, "InsuredCardSymbol");
        q.number = value(r, "InsuredIdentificationNumber");
        q.branch = value(r, "InsuredBranchNumber");
        q.relation = value(r, "PersonalFamilyClassification");
        q.name = value(r, "Name");
        q.kana = value(r, "NameKana");
        q.sex = value(r, "Sex1");
        q.birthdate = date(r, "Birthdate");
        q.address = value(r, "Address");
        q.validFrom = date(r, "InsuredCardValidDate");
        q.validTo = value(r, "InsuredCardExpirationDate");
        q.preschool = value(r, "PreschoolClassification").equals("1");
        String late = value(r, "InsuredPartialContributionRatio");
        String elderly = value(part(r, "ElderlyRecipientCertificateInfo"),
                "ElderlyRecipientContributionRatio");
        String ratio = late.isEmpty() ? elderly : late;
        q.ratio = ratio.matches("\\d{1,2}|100") ? Integer.valueOf(ratio) : null;
        q.limit = value(part(r, "LimitApplicationCertificateRelatedInfo"),
                "LimitApplicationCertificateClassificationFlag");
        return q;
    }

    private static Map<?, ?> part(Map<?, ?> tree, String name) throws Unreadable {
        Object found = tree.get(name);
        if (found == null || found.equals("")) {
            return Map.of();
        }
        if (!(found instanceof Map)) {
            throw new Unreadable(name + "の形が違います");
        }
        return (Map<?, ?>) found;
    }

    private static String value(Map<?, ?> tree, String name) {
        Object found = tree.get(name);
        return found instanceof String ? ((String) found).strip() : "";
    }

    private static LocalDate date(Map<?, ?> tree, String name) {
        try {
            return LocalDate.parse(value(tree, name), DAY);
        } catch (DateTimeException e) {
            return null;
        }
    }
}
