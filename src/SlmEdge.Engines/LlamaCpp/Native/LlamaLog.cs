using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace SlmEdge.Engines.LlamaCpp.Native;

/// <summary>
/// Takes llama.cpp's log instead of letting it go to stderr, and keeps the last warnings and errors of each thread, so
/// that an exception can say what the native side said. Loading and evaluation log on the calling thread.
/// </summary>
internal static unsafe class LlamaLog
{
    private const int LevelWarning = 3;
    private const int LevelError = 4;
    private const int LevelContinue = 5;
    private const int LinesKept = 8;
    private const int LineLength = 400;

    [ThreadStatic]
    private static List<(int Level, string Text)>? lines;

    [ThreadStatic]
    private static bool lastWasKept;

    internal static void Install() => LlamaNative.llama_log_set(&OnLog, null);

    /// <summary>Forgets what this thread logged so far; call before a native operation.</summary>
    internal static void Clear() => lines?.Clear();

    /// <summary>
    /// The errors that this thread logged since <see cref="Clear"/>, or its warnings when there were none, as one line to
    /// end a message with; empty when nothing.
    /// </summary>
    internal static string Describe()
    {
        if (lines is not { Count: > 0 })
        {
            return string.Empty;
        }

        var level = lines.Max(line => line.Level);
        return " llama.cpp says: " + string.Join(" | ", lines.Where(line => line.Level == level).Select(line => line.Text.Trim()).Where(text => text.Length > 0));
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnLog(int level, byte* text, void* userData)
    {
        // An exception must not leave a callback that native code called.
        try
        {
            var continues = level == LevelContinue && lastWasKept;
            lastWasKept = continues || level is LevelWarning or LevelError;
            if (!lastWasKept || text == null)
            {
                return;
            }

            var bytes = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text);
            var line = Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, LineLength)]);
            lines ??= new List<(int, string)>(LinesKept);
            if (continues && lines.Count > 0)
            {
                lines[^1] = (lines[^1].Level, lines[^1].Text + line);
                return;
            }

            if (lines.Count == LinesKept)
            {
                lines.RemoveAt(0);
            }

            lines.Add((level == LevelContinue ? LevelWarning : level, line));
        }
        catch (OutOfMemoryException)
        {
            lines = null;
        }
    }
}
