using System.Runtime.InteropServices;
using System.Text;
using SlmEdge.Engines.LlamaCpp.Native;
using SlmEdge.Tasks.Data;

namespace SlmEdge.Engines.LlamaCpp;

/// <summary>
/// Renders a dialogue as llama.cpp does for the templates that it knows: it recognises a template by its markers and does not execute it.
/// </summary>
public static unsafe class BuiltInChatTemplate
{
    /// <summary>Renders a dialogue up to where the assistant begins to speak.</summary>
    /// <param name="template">The model's template.</param>
    /// <param name="messages">The turns.</param>
    /// <exception cref="EngineException">llama.cpp does not know the template.</exception>
    public static string Render(string template, IReadOnlyList<ChatMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(template);
        ArgumentNullException.ThrowIfNull(messages);
        LlamaBackend.EnsureLoaded();
        var native = new LlamaChatNative.Message[messages.Count];
        try
        {
            for (var i = 0; i < native.Length; i++)
            {
                native[i].Role = (byte*)Marshal.StringToCoTaskMemUTF8(messages[i].Role);
                native[i].Content = (byte*)Marshal.StringToCoTaskMemUTF8(messages[i].Content);
            }

            var buffer = new byte[1024];
            while (true)
            {
                int length;
                fixed (LlamaChatNative.Message* pointer = native)
                fixed (byte* text = buffer)
                {
                    length = LlamaChatNative.llama_chat_apply_template(template, pointer, (nuint)native.Length, addAssistant: true, text, buffer.Length);
                }

                if (length < 0)
                {
                    throw new EngineException("llama.cpp does not know the model's chat template; serve the model with a program that executes it, and name that endpoint.");
                }

                if (length <= buffer.Length)
                {
                    return Encoding.UTF8.GetString(buffer, 0, length);
                }

                buffer = new byte[length];
            }
        }
        finally
        {
            foreach (var message in native)
            {
                Marshal.FreeCoTaskMem((nint)message.Role);
                Marshal.FreeCoTaskMem((nint)message.Content);
            }
        }
    }
}
