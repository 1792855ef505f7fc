/// <summary>What <c>npm run check:clients</c> tells each program.</summary>
static class Told
{
    public static readonly string BrokerUrl = Read("BROKER_URL");
    public static readonly string BrokerToken = Read("BROKER_TOKEN");

    /// <summary>The tenant that the program connects; nobody else does.</summary>
    public static readonly string TenantId = Read("TENANT");
    public static readonly string ReturnUrl = Read("RETURN_URL");

    /// <summary>Stands for the advertiser: opens the link in a browser, signs in, and consents.</summary>
    public static async Task SignIn(string connectUrl)
    {
        using var http = new HttpClient();
        using var answer = await http.PostAsync(Read("ADVERTISER_URL"), new StringContent(connectUrl));
        Assert(answer.IsSuccessStatusCode, $"the advertiser connects: {await answer.Content.ReadAsStringAsync()}");
    }

    public static void Assert(bool holds, string what)
    {
        if (!holds) throw new Exception($"It isn't so that {what}");
    }

    static string Read(string name) =>
        Environment.GetEnvironmentVariable(name) ?? throw new Exception($"{name} is missing: run npm run check:clients");
}
