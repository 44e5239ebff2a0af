namespace SlmEdge.Bundles.Store;

/// <summary>Another process is changing the store.</summary>
public sealed class BundleStoreBusyException : BundleException
{
    internal BundleStoreBusyException(string store, int? processId, Exception inner)
        : base($"is being changed by {(processId is null ? "another process" : $"process {processId}")}; wait until it is done", store, inner: inner) => ProcessId = processId;

    /// <summary>The other process, where it is known.</summary>
    public int? ProcessId { get; }
}
