using System.Runtime.InteropServices;
using System.Text;
using SlmEdge.Bundles;
using SlmEdge.Engines;
using SlmEdge.Engines.Native;
using SlmEdge.Formats;
using SlmEdge.Runtime;
using SlmEdge.Tasks;

namespace SlmEdge.Interop;

/// <summary>What stands between managed code and its callers: no exception crosses, each becomes a code and the thread's message.</summary>
internal static unsafe class Border
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    [ThreadStatic]
    private static byte[]? lastError;

    public static ReadOnlySpan<byte> LastError => lastError;

    public static int Fail(Exception error)
    {
        lastError = Encoding.UTF8.GetBytes(error.Message);
        return (int)(error switch
        {
            AbiException abi => abi.Status,
            OperationCanceledException => SlmStatus.Cancelled,
            InvalidTextException => SlmStatus.InvalidText,
            RuntimeBusyException or DeadlineMissedException => SlmStatus.Busy,
            RuntimeStoppedException or ObjectDisposedException => SlmStatus.InvalidHandle,
            BundleException or TaskDefinitionException or ModelFormatException => SlmStatus.BundleError,
            RuntimeException or EngineException or NativeLibraryMissingException => SlmStatus.EngineError,
            ArgumentException => SlmStatus.InvalidArgument,
            _ => SlmStatus.InternalError,
        });
    }

    /// <summary>A text of the caller's, which has to be UTF-8.</summary>
    public static string Text(byte* text, nuint length, string name)
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

    /// <summary>A text of the caller's that ends with a zero.</summary>
    public static string ZeroTerminated(byte* text, string name) =>
        text is null ? throw Null(name) : Text(text, (nuint)MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text).Length, name);

    /// <summary>Copies UTF-8 and a zero into the caller's buffer. A null buffer of no capacity only asks for the bytes that it needs.</summary>
    public static void Copy(ReadOnlySpan<byte> utf8, byte* buffer, nuint capacity, nuint* needed)
    {
        *needed = (nuint)utf8.Length + 1;
        if (buffer is null && capacity == 0)
        {
            return;
        }

        if (buffer is null)
        {
            throw Null("buffer");
        }

        if (capacity < *needed)
        {
            throw new AbiException(SlmStatus.BufferTooSmall, $"The buffer has {capacity} bytes and the answer needs {*needed}.");
        }

        utf8.CopyTo(new Span<byte>(buffer, utf8.Length));
        buffer[utf8.Length] = 0;
    }

    public static AbiException Null(string name) => new(SlmStatus.InvalidArgument, $"'{name}' is null.");
}
