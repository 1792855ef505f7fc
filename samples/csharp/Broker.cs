// Microsoft.BingAds.SDK with tokens from the broker, for several advertisers in one process. .NET 8 or later.
//   GlobalSettings.HttpClientProvider = new BrokerHttpClientProvider(broker);                  // once, at startup
//   new ServiceClient<ICampaignManagementService>(await broker.AuthorizeAsync("acme"));        // for each tenant
// Copy this file, and remove `Example`. Each call of the SDK then takes a vend of its tenant first, asynchronously, and
// goes to that tenant's environment, whatever the ServiceClient's own says. Set these variables; each default is the local
// broker of `npm start`, with its demo app and its tenant:
//   BROKER_URL, TENANT          where your broker is; your customers, as you named them, with commas between them
//   CLIENT_ID, CLIENT_SECRET    your app, as your identity provider knows it; docs/calling.md has ways without a secret
// A `BrokerException` says who must act (`Actor`) and has a stable `Code`. Microsoft's own faults stay the SDK's. Files that
// the SDK's BulkServiceManager uploads don't take this way, because the SDK sends them by another client.
#nullable enable
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.BingAds;
using Microsoft.BingAds.V13.CampaignManagement;

namespace MicrosoftAdvertisingBroker;

/// <summary>What a call needs now. <c>Services</c> has the base URLs of the tenant's environment.</summary>
public sealed record Vend(
    string? CustomerId, string? AccountId, Dictionary<string, string> Headers, Dictionary<string, string> Services);

/// <summary>The broker's refusal, as a problem document.</summary>
public sealed class BrokerException(string code, string actor, string message) : Exception($"{code}: {message}")
{
    public string Code => code;

    /// <summary><c>advertiser</c>, <c>advertiserAdmin</c>, <c>app</c>, <c>operator</c>, or <c>nobody</c>: try again later.</summary>
    public string Actor => actor;
}

/// <summary>Asks the broker; one for the whole process.</summary>
public sealed class BrokerClient(string broker, string clientId, string clientSecret)
{
    private readonly HttpClient http = new();
    private readonly SemaphoreSlim turn = new(1, 1);
    private (string Value, DateTimeOffset Until) callerToken = ("", DateTimeOffset.MinValue);

    /// <summary>The authorization data for a ServiceClient: of this account, or of the tenant's default account.</summary>
    public async Task<AuthorizationData> AuthorizeAsync(string tenant, string? accountId = null, CancellationToken stop = default)
    {
        var vend = await VendAsync(tenant, accountId, stop);
        return new AuthorizationData
        {
            Authentication = new BrokerAuthentication(tenant),
            AccountId = long.Parse(vend.AccountId ?? "0"),
            CustomerId = long.Parse(vend.CustomerId ?? "0"),
            DeveloperToken = "comes with each vend",
        };
    }

    /// <summary>Mostly takes milliseconds, and its token is valid for at least a minute, so store none.</summary>
    public async Task<Vend> VendAsync(string tenant, string? accountId = null, CancellationToken stop = default)
    {
        var query = accountId is null ? "" : $"?accountId={Uri.EscapeDataString(accountId)}";
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{broker}/v1/tenants/{Uri.EscapeDataString(tenant)}/token{query}");
        request.Headers.Authorization = new("Bearer", await GetCallerTokenAsync(stop));
        using var answer = await http.SendAsync(request, stop);
        if (!answer.IsSuccessStatusCode) throw await ReadProblemAsync(answer, stop);
        return (await answer.Content.ReadFromJsonAsync<Vend>(stop))!;
    }

    /// <summary>Your app's own token for the broker, kept until a minute before its end.</summary>
    private async Task<string> GetCallerTokenAsync(CancellationToken stop)
    {
        await turn.WaitAsync(stop);
        try
        {
            if (DateTimeOffset.UtcNow >= callerToken.Until) callerToken = await RequestCallerTokenAsync(stop);
            return callerToken.Value;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>The broker says who issues the token, and for which scope (RFC 9728).</summary>
    private async Task<(string, DateTimeOffset)> RequestCallerTokenAsync(CancellationToken stop)
    {
        var resource = await http.GetFromJsonAsync<JsonElement>($"{broker}/.well-known/oauth-protected-resource", stop);
        var issuer = await http.GetFromJsonAsync<JsonElement>(
            $"{resource.GetProperty("authorization_servers")[0]}/.well-known/openid-configuration", stop);
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = clientId,
            ["client_secret"] = clientSecret,
            ["scope"] = resource.GetProperty("scopes_supported")[0].GetString()!,
        };
        var endpoint = issuer.GetProperty("token_endpoint").GetString();
        using var answer = await http.PostAsync(endpoint, new FormUrlEncodedContent(form), stop);
        var text = await answer.Content.ReadAsStringAsync(stop);
        if (!answer.IsSuccessStatusCode) throw new HttpRequestException($"{endpoint} answered {(int)answer.StatusCode}: {text}");
        var granted = JsonSerializer.Deserialize<JsonElement>(text);
        var seconds = granted.GetProperty("expires_in").GetInt32() - 60;
        return (granted.GetProperty("access_token").GetString()!, DateTimeOffset.UtcNow.AddSeconds(seconds));
    }

    private static async Task<Exception> ReadProblemAsync(HttpResponseMessage answer, CancellationToken stop)
    {
        var text = await answer.Content.ReadAsStringAsync(stop);
        if (answer.Content.Headers.ContentType?.MediaType != "application/problem+json")
            return new HttpRequestException($"The broker answered {(int)answer.StatusCode}: {text}");
        var problem = JsonSerializer.Deserialize<JsonElement>(text);
        string Text(string name) => problem.TryGetProperty(name, out var value) ? value.ToString() : "";
        return new BrokerException(Text("code"), Text("actor"), $"{Text("detail")} {Text("resolution")}");
    }
}

/// <summary>Marks the SDK's requests with their tenant, for <see cref="VendHandler"/>.</summary>
public sealed class BrokerAuthentication(string tenant) : Authentication
{
    internal const string Mark = "X-Broker-Tenant";

    protected override void SetAuthenticationFieldsOnApiRequestObject(object apiRequest) { }

    protected override void AddAuthenticationHeaders(HttpRequestHeaders requestHeaders) => requestHeaders.Add(Mark, tenant);
}

/// <summary>Lets every request of the SDK vend first.</summary>
public sealed class BrokerHttpClientProvider(BrokerClient broker) : HttpClientProvider
{
    protected override HttpMessageHandler CreatePrimaryHttpClientHandler() =>
        new VendHandler(broker) { InnerHandler = base.CreatePrimaryHttpClientHandler() };
}

internal sealed class VendHandler(BrokerClient broker) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken stop)
    {
        var headers = request.Headers;
        if (!headers.TryGetValues(BrokerAuthentication.Mark, out var tenant)) return await base.SendAsync(request, stop);
        // Calls that need no account have an empty header.
        var account = headers.TryGetValues("CustomerAccountId", out var ids) ? ids.FirstOrDefault(id => id != "") : null;
        var vend = await broker.VendAsync(tenant.Single(), account, stop);
        headers.Remove(BrokerAuthentication.Mark);
        foreach (var (name, value) in vend.Headers)
        {
            headers.Remove(name);
            headers.TryAddWithoutValidation(name, value);
        }
        request.RequestUri = InEnvironment(vend, request.RequestUri!);
        return await base.SendAsync(request, stop);
    }

    /// <summary>The same operation at the tenant's environment: <c>/CampaignManagement/v13/…</c> at the service of that name.</summary>
    private static Uri InEnvironment(Vend vend, Uri uri)
    {
        var api = string.Concat(uri.Segments.Take(3));
        var service = vend.Services.Values.Single(url => $"{url}/".EndsWith(api, StringComparison.Ordinal));
        return new($"{service}/{uri.PathAndQuery[api.Length..]}");
    }
}

/// <summary>The campaigns of the default account of each tenant.</summary>
internal static class Example
{
    private static async Task<int> Main()
    {
        var broker = new BrokerClient(
            Setting("BROKER_URL", "http://127.0.0.1:7071"),
            Setting("CLIENT_ID", "77777777-7777-4777-8777-00000000b201"),
            Setting("CLIENT_SECRET", "local-secret-of-demo-app"));
        GlobalSettings.HttpClientProvider = new BrokerHttpClientProvider(broker);
        try
        {
            foreach (var tenant in Setting("TENANT", "acme").Split(',')) await PrintCampaignsAsync(broker, tenant);
            return 0;
        }
        catch (BrokerException problem)
        {
            Console.Error.WriteLine($"Who must act: {problem.Actor}\n{problem.Message}");
            return 1;
        }
    }

    private static async Task PrintCampaignsAsync(BrokerClient broker, string tenant)
    {
        using var service = new ServiceClient<ICampaignManagementService>(await broker.AuthorizeAsync(tenant));
        var request = new GetCampaignsByAccountIdRequest { CampaignType = CampaignType.Search };
        var answer = await service.CallAsync((api, asked) => api.GetCampaignsByAccountIdAsync(asked), request);
        foreach (var campaign in answer.Campaigns) Console.WriteLine($"{campaign.Id} {campaign.Name} {campaign.Status}");
    }

    private static string Setting(string name, string local) => Environment.GetEnvironmentVariable(name) ?? local;
}
