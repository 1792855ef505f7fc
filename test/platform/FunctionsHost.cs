using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.WebJobs.Extensions.Http;
using Newtonsoft.Json;

namespace Platform;

/// <summary>Kestrel with the middleware of the host that a request to a function meets.</summary>
static class FunctionsHost
{
    /// <summary>The host's <c>ScriptConstants.DefaultMaxRequestBodySize</c>.</summary>
    const long MaxRequestBodySize = 104_857_600;

    public static WebApplication Create(Setup setup)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{setup.FrontPort}", $"http://127.0.0.1:{setup.RouterPort}");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = MaxRequestBodySize);
        builder.Services.AddRouting();
        builder.Services.Configure<RouteOptions>(options => options.SetParameterPolicy<
            Microsoft.AspNetCore.Routing.Constraints.RegexInlineRouteConstraint>("regex"));
        builder.Services.AddHttpForwarder();
        builder.Services.AddSingleton(setup);
        builder.Services.AddSingleton<Forwarder>();
        builder.Services.AddSingleton<Invocations>();
        var app = builder.Build();
        app.Use(HandleExceptions);
        app.Use((context, next) => InvokeChosen(context, next, setup.RouterPort));
        var resolver = app.Services.GetRequiredService<IInlineConstraintResolver>();
        app.UseRouter(Router.Create(resolver, new RouteHandler(), setup.Functions));
        return app;
    }

    /// <summary>The host's <c>ExceptionMiddleware</c>: an answer that has begun is cut.</summary>
    static async Task HandleExceptions(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Exception error) when (!context.Response.HasStarted)
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            // The host tells its log; here the reader of a difference is to see it.
            context.Response.Headers["x-platform-error"] = Uri.EscapeDataString($"{error.Message} {error.InnerException}");
        }
    }

    /// <summary>The host's <c>FunctionInvocationMiddleware</c>: routes first, then calls what was chosen.</summary>
    static async Task InvokeChosen(HttpContext context, RequestDelegate next, int routerPort)
    {
        await next(context);
        if (RouteHandler.FunctionOf(context) is not { } name) return;
        var values = new Dictionary<string, object?>(context.GetRouteData().Values);
        context.Items[HttpExtensionConstants.AzureWebJobsHttpRouteDataKey] = values;
        if (context.Connection.LocalPort == routerPort)
        {
            context.Response.StatusCode = StatusCodes.Status200OK;
            context.Response.Headers["x-function"] = name;
            context.Response.Headers["x-values"] = Uri.EscapeDataString(JsonConvert.SerializeObject(values));
        }
        else
        {
            await context.RequestServices.GetRequiredService<Invocations>().RunAsync(context, name);
        }
    }
}
