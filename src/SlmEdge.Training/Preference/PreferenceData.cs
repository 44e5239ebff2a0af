using System.Runtime.InteropServices;
using System.Security.Cryptography;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.JsonLines;
using SlmEdge.Tasks.Data;
using SlmEdge.Training.Tokenization;

namespace SlmEdge.Training.Preference;

/// <summary>The pairs that a preference run learns from and is measured on.</summary>
/// <param name="Train">Training pairs.</param>
/// <param name="Valid">Validation pairs.</param>
/// <param name="Sha256">Identity of all their tokens.</param>
internal sealed record PreferenceData(PreferencePair[] Train, PreferencePair[] Valid, string Sha256)
{
    /// <summary>Reads, checks and renders the rows that the options name.</summary>
    /// <exception cref="TrainingException">There is nothing to train on or to measure with.</exception>
    /// <exception cref="DataFormatException">A row is malformed, too long, or prefers nothing; the message names it.</exception>
    public static PreferenceData Load(DpoOptions options, BaseTokenizer tokenizer, DecoderConfig model, Action<string>? message)
    {
        var renderer = new PairRenderer(options, tokenizer, options.LengthLimit(model));
        var train = Read(options, options.TrainFile, message);
        IReadOnlyList<PreferenceRow> valid;
        if (options.ValidationFile is not null)
        {
            valid = Read(options, options.ValidationFile, message);
        }
        else
        {
            var rows = train.ToArray();
            new Random((int)(options.Seed ^ (options.Seed >> 32))).Shuffle(rows);
            var held = rows.Length < 2 ? 0 : Math.Max(1, (int)Math.Round(rows.Length * options.ValidationShare));
            (valid, train) = (rows[..held], rows[held..]);
        }

        if (train.Count == 0 || valid.Count == 0)
        {
            throw new TrainingException($"There are {train.Count} training and {valid.Count} validation pairs; both are needed.");
        }

        PreferencePair[] trainPairs = [.. train.Select(renderer.Render)];
        PreferencePair[] validPairs = [.. valid.Select(renderer.Render)];
        return new PreferenceData(trainPairs, validPairs, Hash(trainPairs.Concat(validPairs)));
    }

    private static IReadOnlyList<PreferenceRow> Read(DpoOptions options, string path, Action<string>? message)
    {
        if (!options.SkipUnusable)
        {
            return PreferenceReader.Read(path);
        }

        var skipped = new List<DataFormatException>();
        var rows = PreferenceReader.Read(path, skipped.Add);
        if (skipped.Count > 0)
        {
            message?.Invoke($"Warning: {skipped.Count} of {skipped.Count + rows.Count} rows are left out; the first: {skipped[0].Message}");
        }

        return rows;
    }

    private static string Hash(IEnumerable<PreferencePair> pairs)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var example in pairs.SelectMany(p => new[] { p.Chosen.Example, p.Rejected.Example }))
        {
            hash.AppendData(MemoryMarshal.AsBytes<int>([example.Tokens.Length, example.Targets.Length]));
            hash.AppendData(MemoryMarshal.AsBytes(example.Tokens.AsSpan()));
            hash.AppendData(MemoryMarshal.AsBytes(example.Targets.AsSpan()));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
