using System.Globalization;
using System.Text.RegularExpressions;

namespace SlmEdge.Training.Adapters;

/// <summary>Low-rank adaptation settings (Hu et al. 2021, arXiv 2106.09685): <c>W + alpha / rank · B · A</c>.</summary>
/// <param name="Rank">Rank of the update; at least 1.</param>
/// <param name="Alpha">Numerator of the scale.</param>
/// <param name="Dropout">Share of the adapter's input that is dropped while training, 0 to below 1.</param>
/// <param name="TargetModules">Projection names (<c>q_proj</c>, …), <c>all-linear</c>, or a regular expression on full module names.</param>
/// <param name="RankStabilized">
/// rsLoRA (Kalajdzievski 2023, arXiv 2312.03732): the scale is <c>alpha / sqrt(rank)</c>, so that the update does not shrink as the rank grows.
/// </param>
public sealed record LoraConfig(int Rank, double Alpha, double Dropout, ModuleSelection TargetModules, bool RankStabilized = false)
{
    /// <summary>The word that stands for every projection of the decoder blocks.</summary>
    public const string AllLinear = "all-linear";

    /// <summary>
    /// DoRA (Liu et al. 2024, arXiv 2402.09353): the updated weight's rows keep a length that is learned by itself,
    /// <c>m · (W + scale · B · A) / ‖W + scale · B · A‖</c>.
    /// </summary>
    public bool UseDora { get; init; }

    /// <summary>Targets that are left out all the same.</summary>
    public ModuleSelection? ExcludeModules { get; init; }

    /// <summary>Layers that are adapted; null for all.</summary>
    public IReadOnlyList<int>? LayersToTransform { get; init; }

    /// <summary>Names of the lists whose index <see cref="LayersToTransform"/> speaks of; empty takes the first number in a module's name.</summary>
    public IReadOnlyList<string> LayersPattern { get; init; } = [];

    /// <summary>Ranks that differ from <see cref="Rank"/>, by a regular expression on the end of a module's name.</summary>
    public IReadOnlyDictionary<string, int> RankPattern { get; init; } = new Dictionary<string, int>();

    /// <summary>Alphas that differ from <see cref="Alpha"/>, likewise.</summary>
    public IReadOnlyDictionary<string, double> AlphaPattern { get; init; } = new Dictionary<string, double>();

    /// <summary>Precision of the adapter's values.</summary>
    public AdapterPrecision Precision { get; init; }

    /// <summary>Factor on the low-rank product: alpha / rank, or alpha / √rank when rank-stabilised.</summary>
    public double Scale => ScaleOf(Alpha, Rank);

    /// <summary>Whether a module is to be adapted, by PEFT's rules.</summary>
    /// <param name="module">Its full name, for example <c>model.layers.0.self_attn.q_proj</c>.</param>
    public bool Targets(string module) =>
        ExcludeModules?.Matches(module) is not true
        && (TargetModules.Contains(AllLinear) || TargetModules.Matches(module))
        && (LayersToTransform is not { Count: > 0 } layers || (LayerOf(module) is { } layer && layers.Contains(layer)));

    /// <summary>The rank of a module's adapter.</summary>
    /// <param name="module">Its full name.</param>
    public int RankOf(string module) => Find(RankPattern, module, out var rank) ? rank : Rank;

    /// <summary>The scale of a module's adapter.</summary>
    /// <param name="module">Its full name.</param>
    public double ScaleOf(string module) => ScaleOf(Find(AlphaPattern, module, out var alpha) ? alpha : Alpha, RankOf(module));

    /// <summary>Checks the settings against each other.</summary>
    /// <exception cref="TrainingException">A setting is out of range.</exception>
    public void Validate()
    {
        if (RankPattern.Values.Append(Rank).FirstOrDefault(r => r < 1, 1) is < 1 and var rank)
        {
            throw new TrainingException($"LoRA rank must be at least 1, not {rank}.");
        }

        if (AlphaPattern.Values.Append(Alpha).FirstOrDefault(a => !double.IsFinite(a) || a <= 0, 1) is var alpha && !(alpha > 0 && double.IsFinite(alpha)))
        {
            throw new TrainingException($"LoRA alpha must be a positive number, not {alpha}.");
        }

        if (!(Dropout >= 0 && Dropout < 1))
        {
            throw new TrainingException($"LoRA dropout must be at least 0 and below 1, not {Dropout}.");
        }

        if (TargetModules.Count == 0 && TargetModules.Expression is null)
        {
            throw new TrainingException($"LoRA needs target modules: projection names, or {AllLinear}.");
        }

        if (LayersToTransform is { Count: > 0 } && TargetModules.Expression is not null)
        {
            throw new TrainingException("layers_to_transform chooses among modules that are given by name; with a regular expression, put the layers into the expression.");
        }
    }

    /// <summary>Which of the settings' names and patterns choose no module of a model; null when each chooses some.</summary>
    internal string? FindIdle(IReadOnlyCollection<string> modules) =>
        TargetModules.FirstOrDefault(name => name != AllLinear && !modules.Any(m => ModuleSelection.IsEnd(name, m)))
        ?? (TargetModules.Expression is { } expression && !modules.Any(TargetModules.Matches) ? expression : null)
        ?? RankPattern.Keys.Concat(AlphaPattern.Keys).FirstOrDefault(pattern => !modules.Any(m => Targets(m) && IsMatch(pattern, m)));

    private double ScaleOf(double alpha, int rank) => alpha / (RankStabilized ? Math.Sqrt(rank) : rank);

    private int? LayerOf(string module)
    {
        IEnumerable<string> lists = LayersPattern.Count > 0 ? LayersPattern : ["[^.]*"];
        var match = lists.Select(list => Regex.Match(module, $@"\A.*?\.{list}\.(\d+)\.", RegexOptions.CultureInvariant)).FirstOrDefault(m => m.Success);
        return match is null ? null : int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
    }

    private static bool Find<T>(IReadOnlyDictionary<string, T> patterns, string module, out T value)
    {
        var key = patterns.Keys.FirstOrDefault(pattern => IsMatch(pattern, module));
        value = key is null ? default! : patterns[key];
        return key is not null;
    }

    private static bool IsMatch(string pattern, string module) =>
        Regex.IsMatch(module, $@"\A(.*\.)?({pattern})\z", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
}
