using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.Logging;

namespace SlmEdge.Teachers.Tests.Endpoint;

/// <summary>A real HTTP server on the loopback that behaves as its script says, one entry for each request; the last one stays.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly Func<HttpContext, JsonElement, Task>[] _script;
    private int _next;

    private ScriptedServer(WebApplication application, Func<HttpContext, JsonElement, Task>[] script)
    {
        _application = application;
        _script = script;
    }

    public ConcurrentQueue<(string Path, string? Key, JsonElement Body)> Requests { get; } = new();

    public Uri Address => new(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public static async Task<ScriptedServer> StartAsync(params Func<HttpContext, JsonElement, Task>[] script)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var application = builder.Build();
        var server = new ScriptedServer(application, script);
        application.Run(server.HandleAsync);
        await application.StartAsync();
        return server;
    }

    /// <summary>An answer of the chat interface.</summary>
    public static Func<HttpContext, JsonElement, Task> Say(params string[] texts) => (context, _) => context.Response.WriteAsJsonAsync(new
    {
        choices = texts.Select(text => new { message = new { role = "assistant", content = text }, finish_reason = "stop" }),
        usage = new { prompt_tokens = 10, completion_tokens = 3 * texts.Length },
    });

    /// <summary>A failure with a status, a body and headers.</summary>
    public static Func<HttpContext, JsonElement, Task> Fail(int status, string body = "", params (string Name, string Value)[] headers) => async (context, _) =>
    {
        context.Response.StatusCode = status;
        foreach (var (name, value) in headers)
        {
            context.Response.Headers[name] = value;
        }

        await context.Response.WriteAsync(body);
    };

    /// <summary>A body of a type.</summary>
    public static Func<HttpContext, JsonElement, Task> Body(string type, string body) => async (context, _) =>
    {
        context.Response.ContentType = type;
        await context.Response.WriteAsync(body);
    };

    /// <summary>Half an answer, then silence until the client has gone.</summary>
    public static async Task Stall(HttpContext context, JsonElement request)
    {
        await Half(context);
        await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
    }

    /// <summary>Half an answer, then the connection is gone.</summary>
    public static async Task Cut(HttpContext context, JsonElement request)
    {
        await Half(context);
        context.Abort();
    }

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();

    private static async Task Half(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = 500;
        await context.Response.WriteAsync("{\"choices\":[{\"message\":");
        await context.Response.Body.FlushAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var body = await JsonSerializer.DeserializeAsync<JsonElement>(context.Request.Body);
        Requests.Enqueue((context.Request.Path, context.Request.Headers.Authorization, body));
        await _script[Math.Min(Interlocked.Increment(ref _next) - 1, _script.Length - 1)](context, body);
    }
}
