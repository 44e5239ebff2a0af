using System.Collections.Concurrent;

namespace SlmEdge.Interop;

/// <summary>
/// Handles are numbers that are given once and never again, so that a closed or foreign one is recognised without touching memory.
/// </summary>
internal static class HandleTable
{
    // Not a small number: an index that is passed for a handle by mistake must not hit one.
    private const long First = 0x5310_0000;

    private static readonly ConcurrentDictionary<nint, object> Open = new();
    private static long last = First;

    public static int Count => Open.Count;

    public static nint Add(object value)
    {
        var handle = (nint)Interlocked.Add(ref last, 16);
        Open[handle] = value;
        return handle;
    }

    public static T Get<T>(nint handle, string name)
        where T : class =>
        Open.TryGetValue(handle, out var value) && value is T typed ? typed : throw Invalid(name);

    public static T Remove<T>(nint handle, string name)
        where T : class
    {
        var value = Get<T>(handle, name);
        return Open.TryRemove(new KeyValuePair<nint, object>(handle, value)) ? value : throw Invalid(name);
    }

    public static AbiException Invalid(string name) => new(SlmStatus.InvalidHandle, $"'{name}' is no open handle: it was closed, or never opened.");
}
