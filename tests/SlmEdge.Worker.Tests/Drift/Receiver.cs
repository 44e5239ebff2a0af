using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace SlmEdge.Worker.Tests.Drift;

/// <summary>Somebody else's server: it keeps what is posted and answers with the statuses it was given, the last of them from then on.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly ConcurrentQueue<int> statuses;

    private Receiver(WebApplication application, int[] statuses)
    {
        this.application = application;
        this.statuses = new ConcurrentQueue<int>(statuses);
    }

    public ConcurrentQueue<string> Bodies { get; } = new();

    public ConcurrentQueue<string> Paths { get; } = new();

    public Uri Address => new(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public static async Task<Receiver> StartAsync(params int[] statuses)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var receiver = new Receiver(builder.Build(), statuses);
        receiver.application.Run(receiver.TakeAsync);
        await receiver.application.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => application.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        Bodies.Enqueue(await reader.ReadToEndAsync());
        Paths.Enqueue($"{context.Request.Method} {context.Request.Path} {context.Request.ContentType}");
        context.Response.StatusCode = statuses.Count > 1 && statuses.TryDequeue(out var status) ? status : statuses.First();
    }
}
