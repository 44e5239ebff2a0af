using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SlmEdge.Interop;

/// <summary>Version, messages and counts. <c>slmedge.h</c> says what each function does and which threads may call it.</summary>
internal static unsafe class LibraryExports
{
    public const int Version = 2;

    [UnmanagedCallersOnly(EntryPoint = "slm_abi_version", CallConvs = [typeof(CallConvCdecl)])]
    public static int GetAbiVersion() => Version;

    [UnmanagedCallersOnly(EntryPoint = "slm_open_handles", CallConvs = [typeof(CallConvCdecl)])]
    public static nuint OpenHandles() => (nuint)HandleTable.Count;

    [UnmanagedCallersOnly(EntryPoint = "slm_last_error", CallConvs = [typeof(CallConvCdecl)])]
    public static nuint LastError(byte* buffer, nuint capacity)
    {
        var message = Border.LastError;
        if (buffer is not null && capacity > 0)
        {
            var length = (int)Math.Min((nuint)message.Length, capacity - 1);

            // A cut may not leave half of a character.
            while (length < message.Length && length > 0 && (message[length] & 0xC0) == 0x80)
            {
                length--;
            }

            message[..length].CopyTo(new Span<byte>(buffer, length));
            buffer[length] = 0;
        }

        return (nuint)message.Length + 1;
    }
}
