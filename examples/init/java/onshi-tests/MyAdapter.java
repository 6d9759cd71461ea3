import java.time.LocalDate;
import java.util.Map;
import java.util.Set;

/**
 * 製品と onshi をつなぐアダプター。直すのはこのファイルだけです。
 *
 * <p>The adapter between the product and onshi: the only file to work on. A field of Handling that
 * is left null makes the rules that need it 観測なし (not observed), never met.
 */
public final class MyAdapter implements OnshiDriver.Adapter {
    public static void main(String[] args) {
        System.exit(OnshiDriver.run(MyAdapter::new, args));
    }

    /** 製品が使うもの / what the product uses: pcsc, webapi, folder, face. */
    @Override
    public Set<String> surfaces() {
        return Set.of("pcsc", "webapi");
    }

    /** 製品を起動する。接続先は env にある: ONSHI_WEBAPI_URL, ONSHI_WEBAPI_P12, ONSHI_FOLDER など。 */
    @Override
    public void start(Map<String, String> env) {}

    /** 業務日付を変える。 */
    @Override
    public void setDate(LocalDate date) {}

    /** 製品のカルテをこの内容にする (null: 新患)。 */
    @Override
    public void prepare(OnshiDriver.Chart chart) {}

    /** 患者を受け付け、画面に見えたことを返す。 */
    @Override
    public OnshiDriver.Handling checkIn(OnshiDriver.Visit visit) {
        // visit.present();     カードを置く (顔認証なら結果ファイルが出る)
        // visit.enterPin();    患者が打つ暗証番号。null: 打たない
        // visit.inquiry        照会の条件 (QualificationConfirmSearchInfo)
        // visit.decide("…", List.of("use_online", "keep_chart"));  製品の問いに操作者が答える
        // visit.takeAway();    カードを返す
        OnshiDriver.Handling handling = new OnshiDriver.Handling();
        // handling.status = "invalid";            valid, invalid, not_found, device_unusable ...
        // handling.message = "資格(無効)です";     画面の文言
        // handling.offered = List.of("kakuninsho", "past_visit");
        // handling.copayPercent = 30;
        // handling.chartBefore = ...;  handling.chartAfter = ...;
        return handling;
    }

    // 請求と返戻も調べるとき / to have claims and returns judged, too (docs/other-languages.md):
    //
    // @Override
    // public OnshiDriver.Handling claim(OnshiDriver.Visit visit) throws Exception {
    //     visit.claim(Files.readAllBytes(Path.of("RECEIPTC.UKE")));  レセプト電算ファイル
    //     return new OnshiDriver.Handling();                         held, warned, chartAfter ...
    // }
    //
    // @Override
    // public OnshiDriver.Handling importReturns(OnshiDriver.Visit visit) {
    //     byte[] file = visit.returned();                            RECEIPTC.HEN
    //     return new OnshiDriver.Handling();                         reopened, reasons ...
    // }
}
