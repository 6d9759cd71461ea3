import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.xml.sax.SAXException;

/** What Java reads of files: for each argument, two lines of UTF-8, by DOM and as MS932 text. */
public class Reading {
    public static void main(String[] paths) throws Exception {
        var out = new java.io.PrintStream(System.out, true, "UTF-8");
        for (String path : paths) {
            byte[] content = Files.readAllBytes(Path.of(path));
            out.println("dom\t" + dom(content));
            out.println("ms932\t" + name(new String(content, "windows-31j")));
        }
    }

    private static String dom(byte[] content) throws Exception {
        DocumentBuilder builder = DocumentBuilderFactory.newInstance().newDocumentBuilder();
        builder.setErrorHandler(null);
        try {
            var found = builder.parse(new ByteArrayInputStream(content)).getElementsByTagName("Name");
            return found.getLength() == 0 ? "" : found.item(0).getTextContent();
        } catch (SAXException | java.io.IOException e) {
            return "! " + e.getClass().getSimpleName();
        }
    }

    private static String name(String text) {
        int start = text.indexOf("<Name>");
        return start < 0 ? "! no element" : text.substring(start + 6, text.indexOf("</Name>", start));
    }
}
