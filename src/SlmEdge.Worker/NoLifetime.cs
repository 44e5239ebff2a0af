using Microsoft.Extensions.Hosting;

namespace SlmEdge.Worker;

/// <summary>Whoever starts the service decides when it ends: signals are the program's business, not the library's.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
