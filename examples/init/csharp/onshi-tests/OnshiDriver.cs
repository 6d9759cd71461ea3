// Takes a product through the troubles of `onshi serve`, one patient after the other. It knows the
// control API and nothing of the product. .NET 8, no packages.
//
// NOT COMPILED by the makers of pytest-onshi: the machine it was written on has no .NET. It follows
// the drivers in Java and JavaScript, which are tested. 未コンパイル: 動作は確認していません。
//
// What the fields of a visit and of a handling mean: docs/integration.md of pytest-onshi.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Threading.Tasks;

namespace Onshi;

/// <summary>What a vendor writes: how a patient is checked in with the product.</summary>
public abstract class Adapter
{
    /// <summary>What the product uses: pcsc, webapi, folder, face.</summary>
    public abstract IReadOnlyCollection<string> Surfaces { get; }

    /// <summary>Start the product, once; env holds the addresses.</summary>
    public virtual Task StartAsync(IReadOnlyDictionary<string, string> env) => Task.CompletedTask;

    /// <summary>Forget the last visit: called before each trouble.</summary>
    public virtual Task ResetAsync() => Task.CompletedTask;

    /// <summary>The business date, before the first visit and whenever it changes.</summary>
    public virtual Task SetDateAsync(DateOnly date) => Task.CompletedTask;

    /// <summary>Give the product exactly this insurance page; null: a new patient.</summary>
    public virtual Task PrepareAsync(Chart? chart) => Task.CompletedTask;

    /// <summary>Check the patient in and say what could be seen.</summary>
    public abstract Task<Handling> CheckInAsync(Visit visit);

    /// <summary>The month is closed: whatever the product does before claims go out.</summary>
    public virtual Task CloseMonthAsync(DateOnly date) => Task.CompletedTask;

    /// <summary>
    /// Write the patient's claim, hand it in with visit.ClaimAsync and say what could be seen. As
    /// it is here: claims are not looked at.
    /// </summary>
    public virtual Task<Handling> ClaimAsync(Visit visit) => Task.FromResult(new Handling());

    /// <summary>Read visit.ReturnedAsync, a RECEIPTC.HEN. As it is here: that is not looked at.</summary>
    public virtual Task<Handling> ImportReturnsAsync(Visit visit) => Task.FromResult(new Handling());

    /// <summary>Whether the product still takes input; null: that cannot be told.</summary>
    public virtual Task<bool?> AliveAsync() => Task.FromResult<bool?>(null);

    /// <summary>Stop the product, once.</summary>
    public virtual Task StopAsync() => Task.CompletedTask;
}

/// <summary>A patient's insurance page. null: not shown by the product; "": shown, and empty.</summary>
public sealed class Chart
{
    public string? ChartNo { get; set; }
    public string? Name { get; set; }
    public string? Kana { get; set; }
    public DateOnly? Birthdate { get; set; }
    public string? Sex { get; set; }
    public string? Address { get; set; }
    public string? InsurerNumber { get; set; }
    public string? Symbol { get; set; }
    public string? Number { get; set; }
    public string? Branch { get; set; }

    /// <summary>In percent.</summary>
    public int? CopayPercent { get; set; }

    /// <summary>限度額区分, as in "A03".</summary>
    public string? Limit { get; set; }

    /// <summary>Numbers of 公費 that are registered.</summary>
    public IReadOnlyList<string>? Public { get; set; }
    public string? Status { get; set; }

    /// <summary>本人 or 家族.</summary>
    public string? Relation { get; set; }

    /// <summary>適用開始日, as text: "2025-04-01".</summary>
    public string? ValidFrom { get; set; }

    /// <summary>有効期限.</summary>
    public string? ValidTo { get; set; }
}

/// <summary>A paper that was printed: 領収書, 処方箋, 診断書, 診察券.</summary>
public sealed record Document(string Kind, string Text);

/// <summary>What could be seen. A field left null makes its rules "not observed".</summary>
public sealed class Handling
{
    /// <summary>
    /// valid, invalid, invalid_new, not_found, multiple, valid_unregistered, request_error,
    /// pending, device_unusable or system_unreachable.
    /// </summary>
    public string? Status { get; set; }

    /// <summary>What the operator read.</summary>
    public string? Message { get; set; }

    /// <summary>
    /// Ways offered to go on: hokensho, kakuninsho, oshirase, portal, past_visit, moushitatesho,
    /// ten_wari, other.
    /// </summary>
    public IReadOnlyList<string>? Offered { get; set; }
    public IReadOnlyList<string>? Asked { get; set; }
    public IReadOnlyList<string>? Warned { get; set; }

    /// <summary>The share charged, in percent.</summary>
    public int? CopayPercent { get; set; }
    public Chart? ChartBefore { get; set; }
    public Chart? ChartAfter { get; set; }

    /// <summary>What the acceptance rests on: "online", or words of Offered.</summary>
    public IReadOnlyList<string>? Evidence { get; set; }
    public IReadOnlyList<Document>? Documents { get; set; }

    /// <summary>Yen given back.</summary>
    public int? Refund { get; set; }

    /// <summary>Seconds.</summary>
    public double? Elapsed { get; set; }

    /// <summary>Of a claim: it was kept back.</summary>
    public bool? Held { get; set; }

    /// <summary>Of what came back: the case is open again.</summary>
    public bool? Reopened { get; set; }

    /// <summary>Of what came back: the reasons that are shown.</summary>
    public IReadOnlyList<string>? Reasons { get; set; }
}

/// <summary>The person. Sex: "1" male, "2" female.</summary>
public sealed class Patient
{
    public string Name { get; set; } = "";
    public string Kana { get; set; } = "";
    public string Sex { get; set; } = "";
    public string Postcode { get; set; } = "";
    public string Address { get; set; } = "";
    public DateOnly Birthdate { get; set; }
}

/// <summary>One patient at the desk: the situation, and what the people in it do.</summary>
public sealed class Visit
{
    public string Id { get; set; } = "";
    public string? Trouble { get; set; }
    public string Title { get; set; } = "";
    public string What { get; set; } = "";
    public int Number { get; set; }

    /// <summary>visit: the patient is here; claim: their claim is due; returns: it came back.</summary>
    public string Purpose { get; set; } = "visit";

    /// <summary>The product has to be given this chart; else it keeps what it has.</summary>
    public bool Unknown { get; set; }

    /// <summary>The patient after, whom nothing troubles.</summary>
    public bool Following { get; set; }
    public Patient Patient { get; set; } = new();
    public IReadOnlyList<string> Brings { get; set; } = Array.Empty<string>();
    public IReadOnlyDictionary<string, JsonElement> Says { get; set; } = new Dictionary<string, JsonElement>();
    public bool FirstVisit { get; set; }

    /// <summary>What the product knew before; null at a first visit.</summary>
    public Chart? Chart { get; set; }
    public DateOnly Date { get; set; }

    /// <summary>On which of the product's surfaces this visit takes place.</summary>
    public IReadOnlyList<string> Surfaces { get; set; } = Array.Empty<string>();

    /// <summary>The ready QualificationConfirmSearchInfo.</summary>
    public IReadOnlyDictionary<string, string> Inquiry { get; set; } = new Dictionary<string, string>();

    /// <summary>What the papers say that the patient brought, by their name.</summary>
    public IReadOnlyDictionary<string, Chart> Papers { get; set; } = new Dictionary<string, Chart>();

    /// <summary>Where the RECEIPTC.HEN lies on the machine of onshi serve; null: nothing came back.</summary>
    public string? Returns { get; set; }

    [JsonIgnore]
    internal Control? Control { get; set; }

    /// <summary>The patient puts the card on the reader, or identifies at the face reader.</summary>
    public Task PresentAsync() => PostAsync("present", new JsonObject());

    /// <summary>The patient takes the card back.</summary>
    public Task TakeAwayAsync() => PostAsync("take_away", new JsonObject());

    /// <summary>What the patient types this time; null: nothing (more).</summary>
    public async Task<string?> EnterPinAsync() =>
        (string?)(await PostAsync("pin", new JsonObject()))["pin"];

    /// <summary>What the operator answers to a question: one of the options, or "cancel".</summary>
    public async Task<string> DecideAsync(string prompt, params string[] options)
    {
        var offered = new JsonArray(options.Select(o => (JsonNode?)JsonValue.Create(o)).ToArray());
        var body = new JsonObject { ["prompt"] = prompt, ["options"] = offered };
        return (string?)(await PostAsync("decide", body))["answer"] ?? "cancel";
    }

    /// <summary>
    /// Hand in the レセプト電算 file, when Purpose is claim. Returns null, or what in the file cannot
    /// be read, by record and item; the trouble has failed then.
    /// </summary>
    public async Task<string?> ClaimAsync(byte[] file)
    {
        var content = new ByteArrayContent(file);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        try
        {
            await Control!.CallAsync(HttpMethod.Post, $"/visits/{Id}/claim", content);
            return null;
        }
        catch (RefusedException e) when (e.Status == 422)
        {
            return e.Message;
        }
    }

    /// <summary>The RECEIPTC.HEN that came back, byte for byte; null: nothing did.</summary>
    public async Task<byte[]?> ReturnedAsync() =>
        Returns is null ? null : await Control!.BytesAsync(HttpMethod.Get, $"/visits/{Id}/returns", null);

    private async Task<JsonNode> PostAsync(string what, JsonObject body) =>
        JsonNode.Parse(await Control!.PostAsync($"/visits/{Id}/{what}", body))!;
}

/// <summary>Why the run cannot go on, in one sentence.</summary>
public class DriverException : Exception
{
    public DriverException(string message) : base(message) { }
}

/// <summary>A call that the control API refused, in its own words.</summary>
public sealed class RefusedException : Exception
{
    public RefusedException(int status, string message) : base(message) => Status = status;

    public int Status { get; }
}

/// <summary>The control API of one `onshi serve`.</summary>
internal sealed class Control
{
    internal static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly HttpClient http;
    private readonly string url;

    internal Control(IReadOnlyDictionary<string, string> env)
    {
        url = env.GetValueOrDefault("ONSHI_CONTROL_URL", "");
        var token = env.GetValueOrDefault("ONSHI_CONTROL_TOKEN", "");
        if (url == "" || token == "")
        {
            throw new DriverException(
                "ONSHI_CONTROL_URL and ONSHI_CONTROL_TOKEN are not set: start onshi serve and export what it prints");
        }
        var handler = new SocketsHttpHandler { UseProxy = false };
        if (url.StartsWith("https:"))
        {
            handler.SslOptions = Certificates(env);
        }
        http = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(120) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    internal Task<string> GetAsync(string path) => CallAsync(HttpMethod.Get, path, null);

    internal Task<string> PostAsync(string path, JsonObject body) =>
        CallAsync(HttpMethod.Post, path, new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"));

    internal async Task<string> CallAsync(HttpMethod method, string path, HttpContent? content) =>
        Encoding.UTF8.GetString(await BytesAsync(method, path, content));

    internal async Task<byte[]> BytesAsync(HttpMethod method, string path, HttpContent? content)
    {
        using var request = new HttpRequestMessage(method, url + path) { Content = content };
        HttpResponseMessage answer;
        byte[] found;
        try
        {
            answer = await http.SendAsync(request);
            found = await answer.Content.ReadAsByteArrayAsync();
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            throw new DriverException($"onshi serve at {url} does not answer: {e.Message}");
        }
        var status = (int)answer.StatusCode;
        if (status < 400)
        {
            return found;
        }
        var why = Reason(Encoding.UTF8.GetString(found)) ?? $"HTTP status {status} from {path}";
        throw status == 401 ? new DriverException(why) : new RefusedException(status, why);
    }

    private static string? Reason(string text)
    {
        try
        {
            var error = JsonNode.Parse(text)?["error"];
            var field = (string?)error?["field"] ?? "";
            var message = (string?)error?["message"];
            return message is null || field == "" ? message : $"{field}: {message}";
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>For a server on another machine, which wants a client certificate.</summary>
    private static SslClientAuthenticationOptions Certificates(IReadOnlyDictionary<string, string> env)
    {
        try
        {
            var own = new X509Certificate2(env["ONSHI_WEBAPI_P12"], env["ONSHI_WEBAPI_P12_PASSWORD"]);
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            policy.CustomTrustStore.ImportFromPemFile(env["ONSHI_WEBAPI_CA"]);
            return new SslClientAuthenticationOptions
            {
                ClientCertificates = new X509CertificateCollection { own },
                CertificateChainPolicy = policy,
            };
        }
        catch (Exception e)
        {
            throw new DriverException($"ONSHI_WEBAPI_P12 or ONSHI_WEBAPI_CA cannot be read: {e.Message}");
        }
    }
}

/// <summary>Walks through the troubles. Exit code: 0 nothing failed, 1 a rule was broken, 2 a mistake.</summary>
public sealed class Driver
{
    private const string Untroubled = "untroubled";
    private const string Usage = "usage: [--junit FILE] [--patience SECONDS] [--quiet] [TROUBLE...]";
    private readonly Func<Adapter> make;
    private readonly IReadOnlyDictionary<string, string> env;
    private readonly List<string> named = new();
    private readonly Control control;
    private readonly bool quiet;
    private string junit = "onshi-junit.xml";
    private TimeSpan patience = TimeSpan.FromSeconds(30);
    private Adapter? adapter;

    private Driver(Func<Adapter> make, string[] args)
    {
        this.make = make;
        env = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "");
        for (var i = 0; i < args.Length; i++)
        {
            var more = i + 1 < args.Length;
            if (args[i] == "--junit" && more)
            {
                junit = args[++i];
            }
            else if (args[i] == "--quiet")
            {
                quiet = true; // onshi serve -- COMMAND sums up by itself
            }
            else if (args[i] == "--patience" && more && double.TryParse(args[i + 1], out var seconds) && seconds > 0)
            {
                patience = TimeSpan.FromSeconds(seconds);
                i++;
            }
            else if (args[i].StartsWith("-"))
            {
                throw new DriverException($"{args[i]}? {Usage}");
            }
            else
            {
                named.Add(args[i]);
            }
        }
        control = new Control(env);
    }

    /// <summary>Returns the exit code.</summary>
    public static async Task<int> RunAsync(Func<Adapter> make, string[] args)
    {
        Console.OutputEncoding = Encoding.UTF8;
        try
        {
            return await new Driver(make, args).AllAsync();
        }
        catch (Exception e) when (e is DriverException or RefusedException)
        {
            Console.Error.WriteLine($"onshi: {e.Message}");
            return 2;
        }
    }

    private async Task<int> AllAsync()
    {
        var surfaces = make().Surfaces;
        var failed = 0;
        foreach (var trouble in await TroublesAsync(surfaces))
        {
            var verdict = await PlayAsync(trouble, surfaces);
            var result = (string?)verdict["result"];
            Console.WriteLine($"{result,-8} {trouble}");
            if (result == "failed")
            {
                failed++;
                Console.WriteLine($"    {(string?)verdict["text"]}".Replace("\n", "\n    "));
            }
        }
        if (adapter is not null)
        {
            await WithinAsync("StopAsync", adapter.StopAsync());
        }
        try
        {
            await File.WriteAllTextAsync(junit, await control.GetAsync("/results/junit.xml"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DriverException($"the JUnit file cannot be written: {e.Message}");
        }
        if (!quiet)
        {
            Console.WriteLine(await control.GetAsync("/results/summary.txt"));
        }
        return failed == 0 ? 0 : 1;
    }

    /// <summary>Those named, or those that these surfaces can meet; of several that do the same, the first.</summary>
    private async Task<IReadOnlyList<string>> TroublesAsync(IReadOnlyCollection<string> surfaces)
    {
        foreach (var trouble in named.Where(t => t != Untroubled))
        {
            await control.GetAsync($"/troubles/{Uri.EscapeDataString(trouble)}");
        }
        if (named.Count > 0)
        {
            return named;
        }
        var all = JsonNode.Parse(await control.GetAsync($"/troubles?surfaces={string.Join(",", surfaces)}"))!.AsArray();
        return all
            .Where(t => (bool)t!["in_scope"]! && (string?)t["same_as"] == "")
            .Select(t => (string)t!["id"]!)
            .ToList();
    }

    /// <summary>All visits of one trouble.</summary>
    private async Task<JsonNode> PlayAsync(string trouble, IReadOnlyCollection<string> surfaces)
    {
        var body = new JsonObject
        {
            ["trouble"] = trouble == Untroubled ? null : JsonValue.Create(trouble),
            ["surfaces"] = new JsonArray(surfaces.Select(s => (JsonNode?)JsonValue.Create(s)).ToArray()),
            ["fresh"] = true,
        };
        var visit = VisitOf(await control.PostAsync("/desks/0/visits", body));
        DateOnly? date = null;
        while (true)
        {
            var handled = await HandledAsync(visit, date);
            var verdict = JsonNode.Parse(await control.PostAsync($"/visits/{visit.Id}/handling", handled))!;
            if (verdict["next"] is not JsonNode next)
            {
                return verdict;
            }
            date = visit.Date;
            visit = VisitOf(next.ToJsonString());
        }
    }

    private Visit VisitOf(string text)
    {
        var visit = JsonSerializer.Deserialize<Visit>(text, Control.Json)!;
        visit.Control = control;
        return visit;
    }

    /// <summary>One step with the product: its handling, or how it failed to give one.</summary>
    private async Task<JsonObject> HandledAsync(Visit visit, DateOnly? date)
    {
        try
        {
            return await TakenAsync(visit, date);
        }
        catch (TimeoutException e)
        {
            Console.Error.WriteLine($"onshi: {e.Message}; the product is started anew");
            adapter = null;
            return new JsonObject { ["returned"] = false };
        }
        catch (Exception e) when (e is not DriverException)
        {
            return new JsonObject { ["error"] = $"{e.GetType().Name}: {e.Message}" };
        }
    }

    /// <summary>One step: date is the one of the step before, null at the first.</summary>
    private async Task<JsonObject> TakenAsync(Visit visit, DateOnly? date)
    {
        var product = await StartedAsync();
        if (date is null)
        {
            await WithinAsync("ResetAsync", product.ResetAsync());
        }
        if (date != visit.Date)
        {
            await WithinAsync("SetDateAsync", product.SetDateAsync(visit.Date));
        }
        if (visit.Unknown)
        {
            await WithinAsync("PrepareAsync", product.PrepareAsync(visit.Chart));
        }
        if (visit.Purpose == "claim")
        {
            await WithinAsync("CloseMonthAsync", product.CloseMonthAsync(visit.Date));
        }
        // In a task of its own, so that a product that blocks is left behind like one that waits.
        var handling = Task.Run(() => visit.Purpose switch
        {
            "claim" => product.ClaimAsync(visit),
            "returns" when visit.Returns is null => Task.FromResult(new Handling()),
            "returns" => product.ImportReturnsAsync(visit),
            _ => product.CheckInAsync(visit),
        });
        await WithinAsync($"the adapter's part of a {visit.Purpose}", handling);
        var report = JsonSerializer.SerializeToNode(await handling, Control.Json)!.AsObject();
        if (visit.Purpose == "visit" && !visit.Following)
        {
            var alive = product.AliveAsync();
            await WithinAsync("AliveAsync", alive);
            report["alive"] = await alive;
        }
        return report;
    }

    private async Task<Adapter> StartedAsync()
    {
        if (adapter is null)
        {
            var made = make();
            try
            {
                await WithinAsync("StartAsync", made.StartAsync(env));
            }
            catch (Exception e)
            {
                throw new DriverException($"the product did not start: {e.Message}");
            }
            adapter = made;
        }
        return adapter;
    }

    private async Task WithinAsync(string name, Task call)
    {
        if (await Task.WhenAny(call, Task.Delay(patience)) != call)
        {
            throw new TimeoutException($"{name} did not return within {patience.TotalSeconds} seconds");
        }
        await call;
    }
}
