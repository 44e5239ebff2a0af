namespace SlmEdge.Worker.Tests.Storage;

/// <summary>Waits for what happens in the background, and fails if it does not.</summary>
internal static class Eventually
{
    public static async Task HoldsAsync(Func<Task<bool>> condition, Func<string>? describe = null)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!await condition())
        {
            try
            {
                await ticks.WaitForNextTickAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException("It did not come to hold: " + describe?.Invoke());
            }
        }
    }

    public static Task HoldsAsync(Func<bool> condition, Func<string>? describe = null) => HoldsAsync(() => Task.FromResult(condition()), describe);
}
