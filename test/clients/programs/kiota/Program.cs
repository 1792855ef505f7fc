using Broker;
using Broker.Models;
using Microsoft.Kiota.Abstractions.Authentication;
using Microsoft.Kiota.Abstractions.Serialization;
using Microsoft.Kiota.Http.HttpClientLibrary;
using static Told;

var authentication = new BaseBearerTokenAuthenticationProvider(new AppToken());
using var adapter = new HttpClientRequestAdapter(authentication) { BaseUrl = BrokerUrl };
var broker = new BrokerClient(adapter).V1.Tenants[TenantId];

var unknown = await ProblemOf(() => broker.Token.GetAsync());
Assert(unknown.Code == "tenant_not_found", "a tenant that nobody connected is unknown");
Assert(unknown.Message == unknown.Detail, "the exception says what the problem is");

var session = await broker.ConnectSessions.PostAsync(new ConnectSessionRequest
{
    Environment = ConnectSessionRequest_environment.Production,
    ReturnUrl = ReturnUrl,
});
await SignIn(session!.ConnectUrl!);

var vend = await broker.Token.GetAsync(request => request.QueryParameters.MinValidity = 600);
Assert((string)vend!.Headers!.AdditionalData["Authorization"] == $"Bearer {vend.AccessToken}", "the headers can be sent as they are");
Assert(vend.ExpiresIn >= 600 && vend.ExpiresAt > DateTimeOffset.UtcNow, "the token is valid");

var refused = await ProblemOf(() => broker.Token.GetAsync(request => request.QueryParameters.MinValidity = 9999));
Assert(refused.Code == "invalid_request" && refused.Errors!.Single().Field == "minValidity", "the problem names the field");

var query = new UntypedObject(new Dictionary<string, UntypedNode>
{
    ["AccountId"] = new UntypedString(vend.AccountId),
    ["CampaignType"] = new UntypedString("Search"),
});
var campaigns = await broker.Ads["campaignManagement"]["Campaigns/QueryByAccountId"].PostAsync(query);
Assert((await KiotaJsonSerializer.SerializeAsStringAsync(campaigns!)).Contains("Brand"), "the broker passes the call through");

var started = await broker.Downloads.PostAsync(new DownloadRequest
{
    Report = new DownloadRequest_report { Type = "CampaignPerformance", Columns = ["CampaignId", "Clicks"], Period = "LastSevenDays" },
});
var rows = await ReadRows(started!.Handle!);
Assert(rows.First().StartsWith("{\"CampaignId\":\"") && rows.Last().StartsWith("{\"_end\":{\"rows\":"), "the rows are whole");

var diagnosis = await broker.Diagnosis.PostAsync(new DiagnosisRequest());
Assert(diagnosis!.Verdict == "all_well", $"all is well: {diagnosis.Explanation}");

var accounts = await broker.Accounts.GetAsync(request => request.QueryParameters.Usable = true);
Assert(accounts!.Accounts!.Single().AccountId == vend.AccountId, "the account is listed");
var choice = await broker.Accounts.Selection.PutAsync(new AccountChoice { All = true });
Assert(choice!.DefaultAccountId == vend.AccountId, "all accounts can be vended");

var events = await broker.Events.GetAsync();
var connected = events!.Events!.Single(each => each.Type == "tenant.connected");
Assert((string)connected.Data!.AdditionalData["identityProvider"] == "microsoft", "the event says where the person signed in");

// The typed method reads only JSON, and so only Microsoft's own address of a file.
async Task<string[]> ReadRows(string handle)
{
    while (true)
    {
        var request = broker.Downloads[handle].ToGetRequestInformation();
        request.Headers.Add("Accept", "application/x-ndjson");
        using var reader = new StreamReader((await adapter.SendPrimitiveAsync<Stream>(request))!);
        var text = await reader.ReadToEndAsync();
        if (!text.StartsWith("{\"status\":\"pending\"")) return text.TrimEnd().Split('\n');
        await Task.Delay(TimeSpan.FromSeconds(5));
    }
}

static async Task<Problem> ProblemOf<T>(Func<Task<T>> call)
{
    try
    {
        await call();
    }
    catch (Problem problem)
    {
        return problem;
    }
    throw new Exception("The call worked");
}

/// <summary>The app's token for the broker. In Azure, <c>AzureIdentityAccessTokenProvider</c> gets it.</summary>
class AppToken : IAccessTokenProvider
{
    public AllowedHostsValidator AllowedHostsValidator { get; } = new();

    public Task<string> GetAuthorizationTokenAsync(Uri uri, Dictionary<string, object>? context, CancellationToken stop) =>
        Task.FromResult(BrokerToken);
}
