using System.Net;
using Broker;
using static Told;

using var http = new HttpClient();
http.DefaultRequestHeaders.Authorization = new("Bearer", BrokerToken);
var broker = new BrokerClient(http) { BaseUrl = BrokerUrl };

var unknown = await ProblemOf(() => broker.VendTokenAsync(TenantId, minValidity: null, accountId: null, customerId: null));
Assert(unknown.Code == "tenant_not_found", "a tenant that nobody connected is unknown");

var session = await broker.CreateConnectSessionAsync(TenantId, new ConnectSessionRequest
{
    Environment = ConnectSessionRequestEnvironment.Production,
    ReturnUrl = new Uri(ReturnUrl),
});
await SignIn(session.ConnectUrl.AbsoluteUri);

var vend = await broker.VendTokenAsync(TenantId, minValidity: 600, accountId: null, customerId: null);
Assert(vend.Headers["Authorization"] == $"Bearer {vend.AccessToken}", "the headers can be sent as they are");
Assert(vend.ExpiresIn >= 600 && vend.ExpiresAt > DateTimeOffset.UtcNow, "the token is valid");

var refused = await ProblemOf(() => broker.VendTokenAsync(TenantId, minValidity: 9999, accountId: null, customerId: null));
Assert(refused.Code == "invalid_request" && refused.Errors!.Single().Field == "minValidity", "the problem names the field");

var query = new { AccountId = vend.AccountId, CampaignType = "Search" };
var campaigns = await broker.CallAdvertisingAsync(TenantId, "campaignManagement", "Campaigns/QueryByAccountId", query);
Assert(campaigns.ToString()!.Contains("Brand"), "the broker passes the call through");

var started = await broker.StartDownloadAsync(TenantId, new DownloadRequest
{
    Report = new Report { Type = "CampaignPerformance", Columns = ["CampaignId", "Clicks"], Period = "LastSevenDays" },
});
var rows = await ReadRows(started.Handle);
Assert(rows.First().StartsWith("{\"CampaignId\":\"") && rows.Last().StartsWith("{\"_end\":{\"rows\":"), "the rows are whole");

var diagnosis = await broker.DiagnoseAsync(TenantId, new DiagnosisRequest());
Assert(diagnosis.Verdict == "all_well", $"all is well: {diagnosis.Explanation}");

var accounts = await broker.ListAccountsAsync(TenantId, limit: null, continuation: null, search: null, usable: true);
Assert(accounts.Accounts.Single().AccountId == vend.AccountId, "the account is listed");
var choice = await broker.ChooseAccountsAsync(TenantId, new AccountChoice { All = true });
Assert(choice.DefaultAccountId == vend.AccountId, "all accounts can be vended");

var events = await broker.ListTenantEventsAsync(TenantId, limit: null, continuation: null);
var connected = events.Events.Single(each => each.Type == "tenant.connected");
Assert(connected.Data!["identityProvider"].ToString() == "microsoft", "the event says where the person signed in");

// The typed method reads rows as if they were one JSON text.
async Task<string[]> ReadRows(string handle)
{
    while (true)
    {
        using var answer = await http.GetAsync($"{BrokerUrl}/v1/tenants/{TenantId}/downloads/{handle}");
        answer.EnsureSuccessStatusCode();
        var text = await answer.Content.ReadAsStringAsync();
        if (answer.StatusCode != HttpStatusCode.Accepted) return text.TrimEnd().Split('\n');
        await Task.Delay(answer.Headers.RetryAfter!.Delta!.Value);
    }
}

static async Task<Problem> ProblemOf<T>(Func<Task<T>> call)
{
    try
    {
        await call();
    }
    catch (ApiException<Problem> refusal)
    {
        return refusal.Result;
    }
    throw new Exception("The call worked");
}
