using SlmEdge.Engines;

namespace SlmEdge.Worker.Tests;

public sealed class EngineLogTests
{
    private static readonly EngineInfo OnCpu = new("llama.cpp", "0.5.0", "/lib/libllama.so", "haswell (AVX2)", 2, Gpu: false, null);

    [Fact]
    public void A_gpu_that_could_not_be_used_is_one_warning_and_its_absence_none()
    {
        var lines = new List<string>();

        EngineLog.Write(new WorkerLog(lines.Add), OnCpu with { GpuProblem = "Some GPU: out of its memory" });
        EngineLog.Write(new WorkerLog(lines.Add), OnCpu);

        var line = lines.ShouldHaveSingleItem();
        line.ShouldContain("\"level\":\"warning\"");
        line.ShouldContain("\"event\":\"gpu-unused\"");
        line.ShouldContain("the CPU computes: Some GPU: out of its memory");
    }
}
