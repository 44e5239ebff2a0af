using SlmEdge.Tasks;
using SlmEdge.Tasks.Prompts;

namespace SlmEdge.Bundles;

/// <summary>What has to hold inside a manifest, beyond its JSON shape.</summary>
internal static class BundleManifestRules
{
    public const int MaxFiles = 4096;

    public static void Check(BundleManifest manifest, string? bundle)
    {
        CheckName(manifest.Name, "name", bundle);
        CheckName(manifest.Version, "version", bundle);
        CheckHash(manifest.Base.Sha256, "base.sha256", bundle);
        CheckHash(manifest.TokenizerSha256, "tokenizerSha256", bundle);
        CheckHash(manifest.TemplateSha256, "templateSha256", bundle);
        CheckHash(manifest.PromptSha256, "promptSha256", bundle);
        CheckFiles(manifest, bundle);
        CheckCodes(manifest, bundle);
        if (!(manifest.Calibration.Temperature > 0) || double.IsInfinity(manifest.Calibration.Temperature))
        {
            throw Wrong("has to be above 0", "calibration.temperature", bundle);
        }

        if (manifest.Calibration.LabelThreshold is { } labelThreshold && !(labelThreshold is > 0 and < 1))
        {
            throw Wrong("has to be a probability above 0 and below 1", "calibration.labelThreshold", bundle);
        }

        if (manifest.Calibration.LabelThreshold is null && manifest.Task.Decision is { MultiLabel: true, LabelThreshold: null })
        {
            throw Wrong("is missing, and the task has several labels a text and no labelThreshold of its own", "calibration.labelThreshold", bundle);
        }

        foreach (ConformalThreshold threshold in manifest.Calibration.Conformal)
        {
            if (!(threshold.Coverage is > 0 and < 1) || !(threshold.Probability is >= 0 and <= 1))
            {
                throw Wrong("a coverage or its threshold is out of range", "calibration.conformal", bundle);
            }
        }

        foreach (StageScore score in manifest.Scores)
        {
            if (!(score.Accuracy is >= 0 and <= 1) || !(score.MacroF1 is >= 0 and <= 1) || score.Examples < 0 || score.SizeBytes < 0)
            {
                throw Wrong("an accuracy, macro-F1, size or number of examples is out of range", $"scores '{score.Stage}'", bundle);
            }
        }

        foreach (GoldenExample golden in manifest.Golden)
        {
            if (manifest.Task.Kind == TaskKind.Classify && manifest.Task.IndexOf(golden.Label) < 0)
            {
                throw Wrong($"'{golden.Label}' is not a label of the task", "golden", bundle);
            }

            if (!(golden.Probability is >= 0 and <= 1) || !(golden.Tolerance is >= 0 and <= 1))
            {
                throw Wrong($"the probability or tolerance of '{golden.Text}' is not between 0 and 1", "golden", bundle);
            }
        }

        if (manifest.Recommended is { } recommended && manifest.Files.All(file => file.Path != recommended.File))
        {
            throw Wrong($"'{recommended.File}' is not a file of the bundle", "recommended.file", bundle);
        }
    }

    private static void CheckFiles(BundleManifest manifest, string? bundle)
    {
        if (manifest.Files.Count > MaxFiles)
        {
            throw Wrong($"{manifest.Files.Count} files; at most {MaxFiles} are allowed", "files", bundle);
        }

        foreach (BundleFile file in manifest.Files)
        {
            if (BundlePath.Problem(file.Path) is { } problem)
            {
                throw Wrong($"the path '{file.Path}' {problem}", "files", bundle);
            }

            if (file.Size < 0)
            {
                throw Wrong($"'{file.Path}' has size {file.Size}", "files", bundle);
            }

            CheckHash(file.Sha256, $"files '{file.Path}'", bundle);
        }

        if (BundlePath.Clash(manifest.Files.Select(file => file.Path)) is { } clash)
        {
            throw Wrong(clash, "files", bundle);
        }
    }

    private static void CheckCodes(BundleManifest manifest, string? bundle)
    {
        TaskDefinition task = manifest.Task;
        if (task.Kind != TaskKind.Classify || task.Prompt.Verbalizer != Verbalizer.Code)
        {
            if (manifest.Codes.Count > 0)
            {
                throw Wrong("the task has no codes", "codes", bundle);
            }

            return;
        }

        var tokens = new HashSet<int>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (LabelCode code in manifest.Codes)
        {
            if (task.IndexOf(code.Name) < 0 || !names.Add(code.Name) || code.TokenId < 0 || !tokens.Add(code.TokenId))
            {
                throw Wrong($"the code of '{code.Name}' is given twice, shared, or of no label", "codes", bundle);
            }
        }

        if (names.Count != task.Labels.Count)
        {
            throw Wrong($"{names.Count} codes for {task.Labels.Count} labels", "codes", bundle);
        }
    }

    private static void CheckName(string name, string element, string? bundle)
    {
        if (name.Length is 0 or > 200 || name.Any(char.IsControl))
        {
            throw Wrong("is empty, too long or contains control characters", element, bundle);
        }
    }

    private static void CheckHash(string? hash, string element, string? bundle)
    {
        if (hash is not null && (hash.Length != 64 || hash.AsSpan().ContainsAnyExcept("0123456789abcdef")))
        {
            throw Wrong("is not a SHA-256 in lower-case hex", element, bundle);
        }
    }

    private static BundleException Wrong(string message, string element, string? bundle) =>
        new(message, bundle, $"{BundleManifest.FileName}: {element}");
}
