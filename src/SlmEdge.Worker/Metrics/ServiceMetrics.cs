using System.Collections.Concurrent;
using SlmEdge.Runtime;
using SlmEdge.Runtime.Adapters;

namespace SlmEdge.Worker.Metrics;

/// <summary>
/// What the service has done since it started, by operation and adapter, counted from its answers, so that it is the same wherever the engine runs. Safe to use from
/// several threads.
/// </summary>
internal sealed class ServiceMetrics
{
    private readonly ConcurrentDictionary<(string Operation, string? Adapter), OperationFigures> figures = new();

    /// <summary>Everything that was asked for so far, in a fixed order.</summary>
    public IReadOnlyList<OperationFigures> All =>
        [.. figures.OrderBy(pair => pair.Key.Operation, StringComparer.Ordinal).ThenBy(pair => pair.Key.Adapter, StringComparer.Ordinal).Select(pair => pair.Value)];

    /// <summary>The figures of an operation.</summary>
    /// <param name="operation">What was asked for.</param>
    /// <param name="adapter">The adapter that was asked for; null for none.</param>
    /// <param name="loaded">The adapters that there are: a name that a caller made up gets no series of its own.</param>
    public OperationFigures Of(string operation, string? adapter, IReadOnlyList<AdapterInfo> loaded) =>
        figures.GetOrAdd((operation, adapter is null || loaded.Any(known => known.Name == adapter) ? adapter : "unknown"), static key => new OperationFigures(key.Operation, key.Adapter));

    /// <summary>Why a request failed, as the metrics call it.</summary>
    public static string Reason(Exception error) => error switch
    {
        RuntimeBusyException => "busy",
        DeadlineMissedException => "deadline",
        RuntimeStoppedException => "stopped",
        InvalidTextException => "invalid_text",
        AdapterException => "adapter",
        OperationCanceledException => "cancelled",
        _ => "engine",
    };
}
