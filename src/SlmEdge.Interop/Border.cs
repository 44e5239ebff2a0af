using System.Text;
using SlmEdge.Bundles;
using SlmEdge.Engines;
using SlmEdge.Engines.Native;
using SlmEdge.Runtime;
using SlmEdge.Tasks;

namespace SlmEdge.Interop;

/// <summary>What stands between managed code and its callers: no exception crosses, each becomes a code and the thread's message.</summary>
internal static class Border
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    [ThreadStatic]
    private static byte[]? lastError;

    public static ReadOnlySpan<byte> LastError => lastError;

    public static SlmStatus Fail(Exception error)
    {
        lastError = Encoding.UTF8.GetBytes(error.Message);
        return error switch
        {
            AbiException abi => abi.Status,
            OperationCanceledException => SlmStatus.Cancelled,
            InvalidTextException => SlmStatus.InvalidText,
            RuntimeBusyException or DeadlineMissedException => SlmStatus.Busy,
            RuntimeStoppedException => SlmStatus.InvalidHandle,
            BundleException or TaskDefinitionException => SlmStatus.BundleError,
            RuntimeException or EngineException or NativeLibraryMissingException => SlmStatus.EngineError,
            ArgumentException => SlmStatus.InvalidArgument,
            _ => SlmStatus.InternalError,
        };
    }

    public static unsafe string Text(byte* text, nuint length, string name)
    {
        if (text is null && length > 0)
        {
            throw Null(name);
        }

        if (length > int.MaxValue)
        {
            throw new AbiException(SlmStatus.InvalidArgument, $"'{name}' has more than {int.MaxValue} bytes.");
        }

        try
        {
            return Strict.GetString(new ReadOnlySpan<byte>(text, (int)length));
        }
        catch (DecoderFallbackException error)
        {
            throw new AbiException(SlmStatus.InvalidArgument, $"'{name}' is not UTF-8 at byte {error.Index}.");
        }
    }

    public static AbiException Null(string name) => new(SlmStatus.InvalidArgument, $"'{name}' is null.");
}
