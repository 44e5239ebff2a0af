namespace TorchSharp;

/// <summary>Counts of objects made, disposed of and moved between dispose scopes, on one thread.</summary>
public class LifetimeStatistics
{
    /// <summary>Objects made outside any scope.</summary>
    public long CreatedOutsideScopeCount { get; internal set; }

    /// <summary>Objects disposed of that no scope owned.</summary>
    public long DisposedOutsideScopeCount { get; internal set; }

    /// <summary>Objects made inside a scope.</summary>
    public long CreatedInScopeCount { get; internal set; }

    /// <summary>Objects disposed of that a scope owned.</summary>
    public long DisposedInScopeCount { get; internal set; }

    /// <summary>Objects attached to a scope after they were made.</summary>
    public long AttachedToScopeCount { get; internal set; }

    /// <summary>Objects taken out of all scopes.</summary>
    public long DetachedFromScopeCount { get; internal set; }

    /// <summary>Objects made less objects disposed of.</summary>
    public long ThreadTotalLiveCount =>
        CreatedInScopeCount - DisposedInScopeCount + CreatedOutsideScopeCount - DisposedOutsideScopeCount;

    /// <summary>Sets all counts to zero.</summary>
    public void Reset()
    {
        CreatedOutsideScopeCount = 0;
        DisposedOutsideScopeCount = 0;
        CreatedInScopeCount = 0;
        DisposedInScopeCount = 0;
        AttachedToScopeCount = 0;
        DetachedFromScopeCount = 0;
    }
}
