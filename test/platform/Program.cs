using System.Text.Json;
using Platform;

// The platform's real parts behind three loopback ports; `program.ts` starts it, asks it and compares its answers.
// One line of JSON on the standard input says what to serve; the end of that input ends the program.
var json = new JsonSerializerOptions(JsonSerializerDefaults.Web);
var line = await Console.In.ReadLineAsync() ?? throw new InvalidOperationException("There is no setup to read.");
var setup = JsonSerializer.Deserialize<Setup>(line, json)!;

await using var host = FunctionsHost.Create(setup);
await host.StartAsync();
await using var queues = new Queues(setup.Storage);
await using var control = Control.Create(host, queues);
await control.StartAsync();
Console.WriteLine($"Listening {control.Urls.First()}");
await Console.In.ReadToEndAsync();

namespace Platform
{
    /// <summary>A function as the app registered it.</summary>
    record HttpFunction(string Name, string[] Methods, string Route);

    /// <summary>What to serve: which functions, on which ports, and where the worker is.</summary>
    /// <param name="FrontPort">The host: router, forwarder, worker.</param>
    /// <param name="RouterPort">The router alone: answers with the name of the function and the route values.</param>
    /// <param name="WorkerUri">The library's own server, its capability <c>HttpUri</c>.</param>
    /// <param name="InvokeUri">Stands for the worker's gRPC channel.</param>
    record Setup(HttpFunction[] Functions, int FrontPort, int RouterPort, string WorkerUri, string InvokeUri, string Storage);

    /// <summary>What Node asks the program.</summary>
    static class Control
    {
        public static WebApplication Create(WebApplication host, Queues queues)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders().AddSimpleConsole().SetMinimumLevel(LogLevel.Error);
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var app = builder.Build();
            var invocations = host.Services.GetRequiredService<Invocations>();
            app.MapPost("/schedules", (ScheduleQuestion question) => Schedules.Read(question));
            app.MapGet("/invocations", () => invocations.Open);
            app.MapPost("/queues/write", (QueueOutput output) => queues.WriteAsync(output));
            app.MapPost("/queues/listen", (QueueWatch watch) => queues.ListenAsync(watch));
            app.MapGet("/queues/{queue}/tries", (string queue) => queues.TriesOf(queue));
            return app;
        }
    }
}
