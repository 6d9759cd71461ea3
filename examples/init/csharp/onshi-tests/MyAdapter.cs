// 製品と onshi をつなぐアダプター。直すのはこのファイルだけです。
//
// The adapter between the product and onshi: the only file to work on. A field of Handling that is
// left null makes the rules that need it 観測なし (not observed), never met.
using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using Onshi;

return await Driver.RunAsync(() => new MyAdapter(), args);

public sealed class MyAdapter : Adapter
{
    /// <summary>製品が使うもの / what the product uses: pcsc, webapi, folder, face.</summary>
    /// <remarks>Windows では pcsc に vpcd ドライバーが要ります / pcsc on Windows needs a vpcd driver.</remarks>
    public override IReadOnlyCollection<string> Surfaces => new[] { "folder" };

    /// <summary>製品を起動する。接続先は env にある: ONSHI_FOLDER, ONSHI_WEBAPI_URL など。</summary>
    public override Task StartAsync(IReadOnlyDictionary<string, string> env) => Task.CompletedTask;

    /// <summary>業務日付を変える。</summary>
    public override Task SetDateAsync(DateOnly date) => Task.CompletedTask;

    /// <summary>製品のカルテをこの内容にする (null: 新患)。</summary>
    public override Task PrepareAsync(Chart? chart) => Task.CompletedTask;

    /// <summary>患者を受け付け、画面に見えたことを返す。</summary>
    public override Task<Handling> CheckInAsync(Visit visit)
    {
        // await visit.PresentAsync();     カードを置く (顔認証なら結果ファイルが出る)
        // await visit.EnterPinAsync();    患者が打つ暗証番号。null: 打たない
        // visit.Inquiry                   照会の条件 (QualificationConfirmSearchInfo)
        // await visit.DecideAsync("…", "use_online", "keep_chart");  製品の問いに操作者が答える
        // await visit.TakeAwayAsync();    カードを返す
        return Task.FromResult(new Handling
        {
            // Status = "invalid",            valid, invalid, not_found, device_unusable ...
            // Message = "資格(無効)です",     画面の文言
            // Offered = new[] { "kakuninsho", "past_visit" },
            // CopayPercent = 30,
            // ChartBefore = ..., ChartAfter = ...,
        });
    }

    // 請求と返戻も調べるとき / to have claims and returns judged, too (docs/other-languages.md):
    //
    // public override async Task<Handling> ClaimAsync(Visit visit)
    // {
    //     await visit.ClaimAsync(await File.ReadAllBytesAsync("RECEIPTC.UKE"));  レセプト電算ファイル
    //     return new Handling { Held = false, ChartAfter = ... };
    // }
    //
    // public override async Task<Handling> ImportReturnsAsync(Visit visit)
    // {
    //     var file = await visit.ReturnedAsync();                                RECEIPTC.HEN
    //     return new Handling { Reopened = true, Reasons = new[] { "…" } };
    // }
}
