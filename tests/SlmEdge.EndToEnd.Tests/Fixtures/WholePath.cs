using System.Text.Json;
using SlmEdge.EndToEnd.Tests.Programs;

namespace SlmEdge.EndToEnd.Tests.Fixtures;

/// <summary>The commands of the Quickstart, once, on reduced data: train, export and prove, bundle.</summary>
public sealed class WholePath : IDisposable
{
    private readonly TemporaryFolder folder = new();

    /// <summary>Runs them.</summary>
    public WholePath()
    {
        Base = new TinyBase();
        Tool.Train.Run(Base.Tuning(Run, epochs: 3)).ShouldSucceed();
        Proof = Tool.Export.Run(
            "bundle", "--run", Run, "--gguf", "f32,q8_0,q4_k_m", "--onnx", "fp32,int4", "--data", Base.Test, "--out", Bundle, "--max-loss", "100", "--threads", "1", "--json").ShouldSucceed();
    }

    /// <summary>Base model and data.</summary>
    public TinyBase Base { get; }

    internal ProgramResult Proof { get; }

    internal JsonDocument ProofJson => JsonDocument.Parse(Proof.Output);

    internal string Run => folder.Combine("run");

    internal string Bundle => folder.Combine("small.slmb");

    internal string Cache => folder.Combine("cache");

    /// <summary>One label per row, decided by one model file of the bundle.</summary>
    internal IReadOnlyList<JsonElement> Classify(string engine, string file, string rows) =>
        Lines(Tool.Edge.Run("classify", "--bundle", Bundle, "--engine", engine, "--file", file, "--cache", Cache, "--threads", "1", "--input", rows, "--output", "-"));

    internal static IReadOnlyList<JsonElement> Lines(ProgramResult result) =>
        [.. result.ShouldSucceed().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    /// <inheritdoc/>
    public void Dispose()
    {
        Base.Dispose();
        folder.Dispose();
    }
}
