using SlmEdge.Engines;

namespace SlmEdge.Worker;

/// <summary>What the log says of an engine when the service starts with it.</summary>
internal static class EngineLog
{
    public static void Write(WorkerLog log, EngineInfo engine)
    {
        if (engine.DescribeGpuProblem() is { } problem)
        {
            log.Write(WorkerLogLevel.Warning, "gpu-unused", ("engine", engine.Name), ("detail", problem));
        }
    }
}
