using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Extensions.Http;
using Microsoft.Azure.WebJobs.Host.Triggers;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Yarp.ReverseProxy.Forwarder;

namespace Platform;

/// <summary>Invocations of HTTP functions, from the request to the worker's answer.</summary>
sealed class Invocations(Forwarder forwarder, Setup setup)
{
    readonly ConcurrentDictionary<string, string> open = new();
    readonly HttpClient worker = new() { Timeout = Timeout.InfiniteTimeSpan };
    readonly Dictionary<string, ITriggerBinding> bindings = setup.Functions.ToDictionary(each => each.Name, BindingOf);

    /// <summary>The functions whose invocations have not ended, by invocation.</summary>
    public IReadOnlyDictionary<string, string> Open => open;

    /// <summary>
    /// What the host does between its router and its answer: the package reads the body and makes the binding data,
    /// forwarding begins, the worker is asked (<c>GrpcWorkerChannel.SendInvocationRequest</c>); once it has answered,
    /// the forwarding is waited for, and only then is the invocation's result looked at (<c>InvokeResponse</c>).
    /// </summary>
    public async Task RunAsync(HttpContext context, string functionName)
    {
        var invocationId = Guid.NewGuid().ToString();
        open[invocationId] = functionName;
        try
        {
            var triggerMetadata = await BindAsync(context.Request, functionName);
            var forwarding = forwarder.Start(context, invocationId);
            var answer = await AskWorkerAsync(new { invocationId, functionName, triggerMetadata });
            var error = await forwarding;
            if (error is not ForwarderError.None)
                throw new InvalidOperationException($"Failed to proxy request with ForwarderError: {error}",
                    context.GetForwarderErrorFeature()?.Exception);
            if (answer.Value<string>("error") is { } message) throw new InvalidOperationException(message);
        }
        finally
        {
            open.TryRemove(invocationId, out _);
        }
    }

    async Task<JObject> AskWorkerAsync(object invocation)
    {
        var body = new StringContent(JsonConvert.SerializeObject(invocation), null, "application/json");
        var answer = await worker.PostAsync(setup.InvokeUri, body);
        return JObject.Parse(await answer.Content.ReadAsStringAsync());
    }

    async Task<Dictionary<string, object>> BindAsync(HttpRequest request, string functionName)
    {
        var bound = await bindings[functionName].BindAsync(request, null!);
        return bound.BindingData
            .Where(each => each.Value is not null and not HttpRequest)
            .ToDictionary(each => each.Key, each => ToTypedData(each.Value));
    }

    /// <summary>The host's <c>GrpcMessageConversionExtensions.ToRpc</c>, for what binding data can hold.</summary>
    static object ToTypedData(object value) => value switch
    {
        string text => new { @string = text },
        JObject item => new { json = item.ToString(Formatting.None) },
        _ => new { json = JsonConvert.SerializeObject(value) },
    };

    /// <summary>The package's own binding of a trigger; it is internal to it.</summary>
    static ITriggerBinding BindingOf(HttpFunction function)
    {
        var trigger = new HttpTriggerAttribute(AuthorizationLevel.Anonymous, function.Methods) { Route = function.Route };
        var parameter = typeof(Invocations).GetMethod(nameof(Declared), BindingFlags.NonPublic | BindingFlags.Static)!
            .GetParameters()[0];
        var type = typeof(HttpTriggerAttribute).Assembly.GetType(
            "Microsoft.Azure.WebJobs.Extensions.Http.HttpTriggerAttributeBindingProvider+HttpTriggerBinding", true)!;
        var options = Microsoft.Extensions.Options.Options.Create(new HttpOptions());
        return (ITriggerBinding)Activator.CreateInstance(type, trigger, parameter, false, options)!;
    }

    /// <summary>The parameter of every function that the host makes for a worker.</summary>
    static void Declared(HttpRequest request) => _ = request;
}
