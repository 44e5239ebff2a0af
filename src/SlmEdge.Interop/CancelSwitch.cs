namespace SlmEdge.Interop;

/// <summary>What a switch's handle stands for: a token source that lives until the handle is freed and the last call that was given it has ended.</summary>
internal sealed class CancelSwitch
{
    private readonly CancellationTokenSource source = new();
    private int holders = 1;

    /// <summary>Keeps the switch of a handle for the time of a call; a null handle is a switch that nobody can turn.</summary>
    public static Hold HoldOf(nint handle)
    {
        if (handle == 0)
        {
            return default;
        }

        var found = HandleTable.Get<CancelSwitch>(handle, "cancel");
        return found.TryHold() ? new Hold(found) : throw HandleTable.Invalid("cancel");
    }

    public void Cancel() => source.Cancel();

    /// <summary>Lets go of it: for the handle once, and for each call.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref holders) == 0)
        {
            source.Dispose();
        }
    }

    private bool TryHold()
    {
        for (var seen = Volatile.Read(ref holders); seen > 0;)
        {
            var before = Interlocked.CompareExchange(ref holders, seen + 1, seen);
            if (before == seen)
            {
                return true;
            }

            seen = before;
        }

        return false;
    }

    /// <summary>A call's share in a switch.</summary>
    public readonly struct Hold(CancelSwitch? owner) : IDisposable
    {
        public CancellationToken Token => owner?.source.Token ?? default;

        public void Cancel() => owner?.Cancel();

        public void Dispose() => owner?.Release();
    }
}
