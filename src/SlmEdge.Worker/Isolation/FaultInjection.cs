using System.Diagnostics;

namespace SlmEdge.Worker.Isolation;

/// <summary>What tests let the engine's process suffer, by texts that ask for it.</summary>
internal static class FaultInjection
{
    /// <summary>Ends as native code does that finds itself broken (SIGABRT).</summary>
    public const string Abort = "fault: abort";

    /// <summary>Ends with SIGKILL.</summary>
    public const string Kill = "fault: kill";

    /// <summary>Takes half a GiB of memory and waits.</summary>
    public const string Grow = "fault: grow";

    /// <summary>Waits for ever.</summary>
    public const string Hang = "fault: hang";

    private const int GrownBytes = 512 << 20;

    public static void Apply(IReadOnlyList<string> texts)
    {
        foreach (var text in texts)
        {
            switch (text)
            {
                case Abort:
                    Environment.FailFast("Asked for by a test.");
                    break;
                case Grow:
                    var grown = new byte[GrownBytes];
                    Array.Fill(grown, (byte)1);
                    Thread.Sleep(Timeout.Infinite);
                    GC.KeepAlive(grown);
                    break;
                case Hang:
                    Thread.Sleep(Timeout.Infinite);
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
