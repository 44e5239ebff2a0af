using SlmEdge.Bundles;

namespace SlmEdge.Runtime.Loading;

/// <summary>Which engine runs which file of a bundle.</summary>
/// <param name="Engine"><see cref="Llama"/> or <see cref="Onnx"/>.</param>
/// <param name="File">Path in the bundle: the GGUF file, or <c>model.onnx</c>.</param>
internal readonly record struct ModelChoice(string Engine, string File)
{
    public const string Llama = "llama";
    public const string Onnx = "onnx";
    private const string OnnxModelName = "model.onnx";

    /// <summary>Every model in the bundle, in the order of the manifest.</summary>
    public static IReadOnlyList<ModelChoice> All(BundleManifest manifest) =>
    [
        .. manifest.Files
            .Where(file => file.Role == BundleFileRole.Gguf || (file.Role == BundleFileRole.Onnx && IsOnnxModel(file.Path)))
            .Select(file => new ModelChoice(file.Role == BundleFileRole.Gguf ? Llama : Onnx, file.Path)),
    ];

    /// <summary>The model that the options and the bundle's recommendation lead to.</summary>
    /// <exception cref="RuntimeException">The bundle has no such model.</exception>
    public static ModelChoice Choose(BundleManifest manifest, EngineChoice engine, string? file)
    {
        var all = All(manifest);
        var wanted = engine switch { EngineChoice.Llama => Llama, EngineChoice.Onnx => Onnx, _ => null };
        if (manifest.IsAdapter)
        {
            throw new RuntimeException(
                $"The bundle '{manifest.Name}' {manifest.Version} holds an adapter and no model. Load it beside its base: --adapter, or SlmRuntime.Adapters, over a bundle that was built with --as-trained.");
        }

        var there = all.Count == 0 ? "no model at all" : string.Join(", ", all.Select(choice => $"{choice.File} ({choice.Engine})"));
        if (file is not null)
        {
            var path = file.Replace('\\', '/').TrimEnd('/');
            foreach (var choice in all)
            {
                if ((choice.File == path || choice.File == $"{path}/{OnnxModelName}") && (wanted is null || wanted == choice.Engine))
                {
                    return choice;
                }
            }

            throw new RuntimeException(
                $"The bundle '{manifest.Name}' {manifest.Version} has no model file '{file}'{(wanted is null ? "" : $" for the engine '{wanted}'")}; it has {there}.");
        }

        if (manifest.Recommended is { } recommended && (wanted is null || wanted == recommended.Engine))
        {
            return new ModelChoice(recommended.Engine, recommended.File);
        }

        foreach (var choice in all)
        {
            if (wanted is null || wanted == choice.Engine)
            {
                return choice;
            }
        }

        throw new RuntimeException(
            $"The bundle '{manifest.Name}' {manifest.Version} has no model for the engine '{wanted ?? "auto"}'; it has {there}. " +
            "Choose another engine, or build the bundle with --gguf or --onnx.");
    }

    private static bool IsOnnxModel(string path) => path == OnnxModelName || path.EndsWith("/" + OnnxModelName, StringComparison.Ordinal);
}
