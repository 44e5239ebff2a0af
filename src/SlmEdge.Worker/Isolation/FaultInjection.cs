using System.Diagnostics;

namespace SlmEdge.Worker.Isolation;

/// <summary>What tests let the engine's process suffer, by texts that ask for it.</summary>
internal static class FaultInjection
{
    /// <summary>Ends as native code does that finds itself broken (SIGABRT).</summary>
    public const string Abort = "fault: abort";

    /// <summary>Ends with SIGKILL.</summary>
    public const string Kill = "fault: kill";

    public static void Apply(IReadOnlyList<string> texts)
    {
        foreach (var text in texts)
        {
            switch (text)
            {
                case Abort:
                    Environment.FailFast("Asked for by a test.");
                    break;
                case Kill:
                    using (var self = Process.GetCurrentProcess())
                    {
                        self.Kill();
                    }

                    break;
            }
        }
    }
}
