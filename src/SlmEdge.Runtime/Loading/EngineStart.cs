using System.Security.Cryptography;
using SlmEdge.Engines;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Engines.Native;

namespace SlmEdge.Runtime.Loading;

/// <summary>
/// Loads native libraries beside the checking of a bundle: they belong to the installation and not to the bundle, and on a small model they take as long as all checks.
/// </summary>
internal static class EngineStart
{
    private static int begun;

    /// <summary>Begins it once in a process; whoever needs a library waits for it.</summary>
    public static void Begin()
    {
        if (Interlocked.Exchange(ref begun, 1) == 0)
        {
            _ = Task.Run(Load);
        }
    }

    private static void Load()
    {
        SHA256.HashData(ReadOnlySpan<byte>.Empty); // Loads what hashes; needed first.
        try
        {
            LlamaCppEngine.LoadLibraries();
        }
        catch (Exception error) when (error is NativeLibraryMissingException or EngineException)
        {
            // Opening the model finds the same, and tells the caller.
        }
    }
}
