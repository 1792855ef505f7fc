using Microsoft.AspNetCore.Routing.Constraints;
using Microsoft.Azure.WebJobs.Extensions.Http;

namespace Platform;

/// <summary>The router that the host routes with: the package's own, filled as the host fills it.</summary>
static class Router
{
    /// <summary>
    /// Adds the routes as <c>WebScriptHostHttpRoutesManager.InitializeHttpFunctionRoutes</c> does, in the order in
    /// which <c>FunctionMetadataManager</c> hands them over: by name, ignoring case.
    /// </summary>
    public static WebJobsRouter Create(
        IInlineConstraintResolver resolver, IWebJobsRouteHandler handler, IEnumerable<HttpFunction> functions)
    {
        var router = new WebJobsRouter(resolver);
        var builder = router.CreateBuilder(handler, routePrefix: "");
        foreach (var function in functions.OrderBy(each => each.Name, StringComparer.OrdinalIgnoreCase))
        {
            var constraints = new RouteValueDictionary
            {
                { "httpMethod", new HttpMethodRouteConstraint(function.Methods) },
            };
            builder.MapFunctionRoute(function.Name, function.Route, constraints, function.Name);
        }
        router.AddFunctionRoutes(builder.Build(), null);
        return router;
    }
}

/// <summary>Notes which function was chosen; the host's <c>ScriptRouteHandler</c> does no more.</summary>
sealed class RouteHandler : IWebJobsRouteHandler
{
    const string Chosen = "platform.function";

    public Task InvokeAsync(HttpContext context, string functionName)
    {
        context.Items[Chosen] = functionName;
        return Task.CompletedTask;
    }

    public static string? FunctionOf(HttpContext context) => context.Items[Chosen] as string;
}
