using System.Security.Cryptography;
using System.Text;
using SlmEdge.Formats.Gguf.Adapters;
using SlmEdge.Training.Models;
using SlmEdge.Training.Runs;
using SlmEdge.Training.Tokenization;

namespace SlmEdge.Export.Gguf;

/// <summary>Finds out what an adapter was trained on, for a device to judge whether it may run there.</summary>
public static class AdapterIdentity
{
    /// <summary>Reads it from the base, and the prompt from the run that the adapter lies in.</summary>
    /// <param name="baseDirectory">The base.</param>
    /// <param name="adapterDirectory">The adapter in PEFT's layout; in a run's folder, the prompt is the run's.</param>
    /// <param name="name">The adapter's name; null takes the task's, or the folder's.</param>
    /// <param name="version">The adapter's version.</param>
    public static GgufAdapterIdentity Of(string baseDirectory, string adapterDirectory, string? name, string version)
    {
        ArgumentException.ThrowIfNullOrEmpty(adapterDirectory);
        string folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(adapterDirectory));
        RunRecord? run = Path.GetDirectoryName(folder) is { } parent && File.Exists(RunDirectory.RecordPath(parent)) ? RunRecord.Load(parent) : null;
        string hash = ModelDirectory.Hash(baseDirectory);
        if (run?.Base?.Sha256 != hash)
        {
            run = null;
        }

        string template = BaseChatTemplate.Load(baseDirectory) ?? "";
        return new GgufAdapterIdentity(
            name ?? run?.Task?.Name ?? Path.GetFileName(folder),
            version,
            hash,
            run?.Base?.TokenizerSha256 ?? TokenizerOf(baseDirectory),
            template.Length == 0 ? null : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(template))),
            run?.PromptSha256);
    }

    private static string TokenizerOf(string baseDirectory)
    {
        using BaseTokenizer tokenizer = BaseTokenizer.Open(baseDirectory);
        return tokenizer.Sha256;
    }
}
