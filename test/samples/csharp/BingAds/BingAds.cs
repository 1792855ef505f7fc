// The part of Microsoft.BingAds.SDK's public surface that the sample uses (BingAds-dotNet-SDK 13.0.28, commit ac03a476), since
// the package itself isn't available here. It behaves as the SDK does where the sample depends on it: empty id headers, one
// client for each service and environment, a reader that demands every property, and null after a 404.
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.BingAds.V13.CampaignManagement;

namespace Microsoft.BingAds
{
    public enum ApiEnvironment { Production, Sandbox }

    public abstract class Authentication
    {
        protected internal abstract void SetAuthenticationFieldsOnApiRequestObject(object apiRequest);

        protected internal abstract void AddAuthenticationHeaders(HttpRequestHeaders requestHeaders);
    }

    public class AuthorizationData
    {
        public Authentication Authentication { get; set; }

        public long AccountId { get; set; }

        public long CustomerId { get; set; }

        public string DeveloperToken { get; set; }
    }

    public class GlobalSettings
    {
        public static HttpClientProvider HttpClientProvider { get; set; } = new();
    }

    public class HttpClientProvider
    {
        private readonly Dictionary<ApiEnvironment, HttpClient> clients = [];

        public virtual HttpClient GetHttpClient(Type clientType, ApiEnvironment apiEnvironment)
        {
            if (clients.TryGetValue(apiEnvironment, out var known)) return known;
            var host = apiEnvironment == ApiEnvironment.Production ? "campaign.api" : "campaign.api.sandbox";
            var client = new HttpClient(CreatePrimaryHttpClientHandler())
            {
                BaseAddress = new($"https://{host}.bingads.microsoft.com/CampaignManagement/v13/"),
            };
            ConfigureHttpClient(client, clientType, apiEnvironment);
            return clients[apiEnvironment] = client;
        }

        protected virtual void ConfigureHttpClient(HttpClient httpClient, Type serviceType, ApiEnvironment apiEnvironment) { }

        protected virtual HttpMessageHandler CreatePrimaryHttpClientHandler() => new HttpClientHandler();
    }

    public class ServiceClient<TService>(AuthorizationData authorizationData) : IDisposable where TService : class
    {
        public Task<TResponse> CallAsync<TRequest, TResponse>(
            Func<TService, TRequest, Task<TResponse>> method, TRequest request) where TRequest : class =>
            method((TService)(object)new CampaignManagementService(authorizationData), request);

        public void Dispose() => GC.SuppressFinalize(this);
    }

    internal sealed class CampaignManagementService(AuthorizationData data) : ICampaignManagementService
    {
        private static readonly JsonSerializerOptions strict = new()
        {
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            Converters = { new JsonStringEnumConverter() },
            NumberHandling = JsonNumberHandling.AllowReadingFromString,
        };

        public async Task<GetCampaignsByAccountIdResponse> GetCampaignsByAccountIdAsync(GetCampaignsByAccountIdRequest request)
        {
            var body = JsonSerializer.Serialize(new { AccountId = data.AccountId.ToString(), request.CampaignType }, strict);
            var message = new HttpRequestMessage(HttpMethod.Post, new Uri("Campaigns/QueryByAccountId", UriKind.Relative))
            {
                Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json"),
            };
            message.Headers.Add("CustomerId", data.CustomerId == 0 ? null : $"{data.CustomerId}");
            message.Headers.Add("CustomerAccountId", data.AccountId == 0 ? null : $"{data.AccountId}");
            message.Headers.Add("DeveloperToken", data.DeveloperToken);
            data.Authentication.AddAuthenticationHeaders(message.Headers);
            var client = GlobalSettings.HttpClientProvider.GetHttpClient(typeof(ICampaignManagementService), ApiEnvironment.Production);
            using var answer = await client.SendAsync(message);
            if (answer.StatusCode == HttpStatusCode.NotFound) return null;
            return JsonSerializer.Deserialize<GetCampaignsByAccountIdResponse>(await answer.Content.ReadAsStringAsync(), strict);
        }
    }
}

namespace Microsoft.BingAds.V13.CampaignManagement
{
    public interface ICampaignManagementService
    {
        Task<GetCampaignsByAccountIdResponse> GetCampaignsByAccountIdAsync(GetCampaignsByAccountIdRequest request);
    }

    [Flags]
    public enum CampaignType : long { Search = 1, Shopping = 2 }

    public enum CampaignStatus { Active, Paused, BudgetPaused, BudgetAndManualPaused, Deleted, Suspended }

    public class GetCampaignsByAccountIdRequest
    {
        public CampaignType CampaignType { get; set; }
    }

    public class GetCampaignsByAccountIdResponse
    {
        public required IList<Campaign> Campaigns { get; set; }
    }

    public class Campaign
    {
        public required long? Id { get; set; }
        public required string Name { get; set; }
        public required CampaignStatus? Status { get; set; }
        public required string CampaignType { get; set; }
        public required string SubType { get; set; }
        public required string TimeZone { get; set; }
        public required long? BudgetId { get; set; }
        public required string BudgetType { get; set; }
        public required double? DailyBudget { get; set; }
        public required object BiddingScheme { get; set; }
        public required int? AudienceAdsBidAdjustment { get; set; }
        public required long? ExperimentId { get; set; }
        public required string FinalUrlSuffix { get; set; }
        public required IList<object> ForwardCompatibilityMap { get; set; }
        public required IList<string> Languages { get; set; }
        public required IList<object> Settings { get; set; }
        public required string TrackingUrlTemplate { get; set; }
        public required object UrlCustomParameters { get; set; }
    }
}
