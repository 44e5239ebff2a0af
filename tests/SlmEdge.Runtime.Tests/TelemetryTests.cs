using System.Diagnostics;
using SlmEdge.Benchmarks.Fuzzing;
using SlmEdge.Engines.Tests;

namespace SlmEdge.Runtime.Tests;

public sealed class TelemetryTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("slm-edge-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Opening_an_ONNX_model_leaves_no_file_in_the_users_folders()
    {
        var model = Directory.CreateDirectory(Path.Combine(folder, "model")).FullName;
        new RandomLlama(seed: 11).WriteOnnx(model);
        var home = Directory.CreateDirectory(Path.Combine(folder, "home")).FullName;
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(typeof(TelemetryTests).Assembly.Location);
        start.ArgumentList.Add(NativeFuzzWorker.Command);
        start.Environment["HOME"] = home;
        start.Environment["USERPROFILE"] = home;
        start.Environment["XDG_CACHE_HOME"] = Path.Combine(home, "cache");
        start.Environment.Remove("ORT_DISABLE_TELEMETRY");
        using var child = Process.Start(start)!;
        child.StandardInput.WriteLine($"ONNX Runtime model\t{Path.Combine(model, "model.onnx")}");
        child.StandardInput.Close();
        var answer = child.StandardOutput.ReadToEnd();
        child.WaitForExit();

        answer.ShouldStartWith($"answer\t{FuzzOutcome.Used}");
        Directory.EnumerateFileSystemEntries(home, "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }
}
