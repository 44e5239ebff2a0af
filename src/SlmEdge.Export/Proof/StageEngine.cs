using SlmEdge.Engines;
using SlmEdge.Tasks.Tokenization;

namespace SlmEdge.Export.Proof;

/// <summary>A loaded stage: its engine and the tokenizer that belongs to its files.</summary>
/// <param name="Engine">Computes the label scores.</param>
/// <param name="Tokenizer">Renders the prompt.</param>
/// <param name="Owned">What is closed with the stage beside the engine.</param>
public sealed record StageEngine(IEngine Engine, ITokenizer Tokenizer, params IDisposable[] Owned) : IDisposable
{
    /// <summary>Engine, version, CPU level and threads, for people.</summary>
    internal string Description => $"{Engine.Info.Name} {Engine.Info.Version}, {Engine.Info.CpuLevel}, {Engine.Info.Threads} threads";

    /// <summary>Closes the engine and what it owns.</summary>
    public void Dispose()
    {
        Engine.Dispose();
        foreach (IDisposable owned in Owned)
        {
            owned.Dispose();
        }
    }
}
