using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;
using Azure.Storage.Queues;
using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Host;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Platform;

/// <summary>What a function gave to its queue output: JSON, as the worker hands it over. It goes to "-written".</summary>
record QueueOutput(string Queue, string Json, string Encoding);

/// <summary>A queue to read: its messages, or those of its poison queue.</summary>
record QueueWatch(string Queue, bool Poison, string Encoding);

/// <summary>A call of a queue function: from the queue or from its poison queue, and at which try.</summary>
public record QueueTry(string Queue, string Function, string Text, long DequeueCount);

/// <summary>The package's queue trigger and output on a storage account.</summary>
sealed class Queues(string storage) : IAsyncDisposable
{
    readonly ConcurrentBag<IHost> hosts = [];
    readonly ConcurrentQueue<QueueTry> tries = new();

    public IEnumerable<QueueTry> TriesOf(string queue) => tries.Where(each => each.Queue == queue);

    /// <summary>Reads a queue until the program ends.</summary>
    public Task ListenAsync(QueueWatch watch) =>
        StartAsync(watch.Queue, watch.Encoding, watch.Poison ? typeof(PoisonFunctions) : typeof(WorkFunctions));

    /// <summary>Writes an output as the host's <c>FunctionBinding.BindAsyncCollectorAsync</c> does: an element a message.</summary>
    public async Task WriteAsync(QueueOutput output)
    {
        var host = await StartAsync(output.Queue, output.Encoding, typeof(WritingFunctions));
        var jobs = host.Services.GetRequiredService<IJobHost>();
        var name = $"{nameof(WritingFunctions)}.{nameof(WritingFunctions.Write)}";
        await jobs.CallAsync(name, new Dictionary<string, object> { ["queue"] = $"{output.Queue}-written", ["json"] = output.Json });
    }

    async Task<IHost> StartAsync(string queue, string encoding, Type functions)
    {
        var settings = new Dictionary<string, string?> { ["AzureWebJobsStorage"] = storage, ["work"] = queue };
        var host = new HostBuilder()
            .ConfigureAppConfiguration(each => each.AddInMemoryCollection(settings))
            .ConfigureWebJobs(jobs => jobs.AddAzureStorageQueues(options =>
            {
                options.MaxPollingInterval = TimeSpan.FromMilliseconds(100);
                options.VisibilityTimeout = TimeSpan.FromSeconds(1);
                options.MessageEncoding = Enum.Parse<QueueMessageEncoding>(encoding, ignoreCase: true);
                options.BatchSize = 1;
                options.NewBatchThreshold = 0;
            }))
            .ConfigureServices(services => services
                .AddSingleton(tries)
                .AddSingleton<ITypeLocator>(new OnlyType(functions)))
            .Build();
        hosts.Add(host);
        await host.StartAsync();
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(hosts.Select(each => each.StopAsync()));
    }

    sealed class OnlyType(Type type) : ITypeLocator
    {
        public IReadOnlyList<Type> GetTypes() => [type];
    }
}

/// <summary>Fails as the message says: "fails 2" fails at the first two tries.</summary>
public sealed partial class WorkFunctions(ConcurrentQueue<QueueTry> tries, IConfiguration settings)
{
    public void Work([QueueTrigger("%work%")] string text, long dequeueCount)
    {
        tries.Enqueue(new QueueTry(settings["work"]!, "work", text, dequeueCount));
        if (Failures().Match(text) is { Success: true } match && dequeueCount <= long.Parse(match.Groups[1].Value))
            throw new InvalidOperationException("This try is to fail.");
    }

    [GeneratedRegex(@"fails (\d+)")]
    private static partial Regex Failures();
}

/// <summary>Fails for "fails poison".</summary>
public sealed class PoisonFunctions(ConcurrentQueue<QueueTry> tries, IConfiguration settings)
{
    public void Poisoned([QueueTrigger("%work%-poison")] string text, long dequeueCount)
    {
        tries.Enqueue(new QueueTry(settings["work"]!, "poisoned", text, dequeueCount));
        if (text.Contains("fails poison")) throw new InvalidOperationException("This try is to fail.");
    }
}

/// <summary>A function with a queue output.</summary>
public static class WritingFunctions
{
    [NoAutomaticTrigger]
    public static async Task Write(string queue, string json, IBinder binder)
    {
        var messages = await binder.BindAsync<IAsyncCollector<byte[]>>(new QueueAttribute(queue));
        var settings = new JsonSerializerSettings { DateParseHandling = DateParseHandling.None };
        foreach (var message in JsonConvert.DeserializeObject<JArray>(json, settings)!)
            await messages.AddAsync(Encoding.UTF8.GetBytes(message.ToString()));
    }
}
