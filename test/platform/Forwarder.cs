using Yarp.ReverseProxy.Forwarder;

namespace Platform;

/// <summary>The way of a request to the worker's own server, set up as the host's <c>DefaultHttpProxyService</c>.</summary>
sealed class Forwarder(IHttpForwarder forwarder, Setup setup)
{
    readonly HttpMessageInvoker invoker =
        new(new RetryHandler(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }));
    readonly ForwarderRequestConfig config = new() { ActivityTimeout = TimeSpan.FromSeconds(240) };

    /// <summary>Begins to forward. A client that sends the header itself keeps its own.</summary>
    public Task<ForwarderError> Start(HttpContext context, string invocationId)
    {
        context.Request.Headers.TryAdd("x-ms-invocation-id", invocationId);
        return forwarder.SendAsync(context, setup.WorkerUri, invoker, config).AsTask();
    }

    /// <summary>The host's <c>RetryProxyHandler</c>: ten tries, 50 to 250 ms apart.</summary>
    sealed class RetryHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        const int Tries = 10;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel)
        {
            var delay = 50;
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    return await base.SendAsync(request, cancel);
                }
                catch (HttpRequestException) when (attempt < Tries)
                {
                    await Task.Delay(delay, cancel);
                    delay = Math.Min(delay * 2, 250);
                }
            }
        }
    }
}
