using System.Runtime.InteropServices;

namespace SlmEdge.Engines.LlamaCpp.Native;

/// <summary>The chat templates that llama.cpp 0.5.0 has built in (<c>llama.h</c>).</summary>
internal static unsafe partial class LlamaChatNative
{
    [LibraryImport(LlamaNative.Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int llama_chat_apply_template(
        string template, Message* messages, nuint count, [MarshalAs(UnmanagedType.U1)] bool addAssistant, byte* buffer, int length);

    /// <summary><c>struct llama_chat_message</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Message
    {
        public byte* Role;
        public byte* Content;
    }
}
