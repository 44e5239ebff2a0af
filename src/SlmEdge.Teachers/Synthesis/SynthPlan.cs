using SlmEdge.Tasks.Data;
using SlmEdge.Teachers.Templates;

namespace SlmEdge.Teachers.Synthesis;

/// <summary>
/// Which questions are put, in which order. Every question follows from its number and the seed alone, so that a run that is continued puts
/// the same ones.
/// </summary>
internal sealed class SynthPlan
{
    private readonly SynthOptions _options;
    private readonly Dictionary<SynthKind, PromptTemplate> _templates;
    private readonly Dictionary<string, string[]> _seeds;
    private readonly ILookup<string, string> _confusions;
    private readonly string[] _labels;

    /// <exception cref="TeacherException">A template cannot be read, or no label has a seed.</exception>
    public SynthPlan(SynthOptions options, IReadOnlyList<LabelledText> seeds)
    {
        _options = options;
        _templates = options.Kinds.Distinct().ToDictionary(kind => kind, kind => PromptTemplate.Load("synth-" + kind.ToString().ToLowerInvariant(), options.TemplateFolder));
        _seeds = seeds.GroupBy(row => row.Label, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Select(row => row.Text).ToArray(), StringComparer.Ordinal);
        _confusions = options.Confusions.ToLookup(pair => pair.Label, pair => pair.Other, StringComparer.Ordinal);
        _labels = [.. options.Task.Labels.Select(label => label.Name).Where(_seeds.ContainsKey)];
    }

    /// <summary>Labels without a real text to show; nothing is asked for them.</summary>
    public IReadOnlyList<string> Unseeded => [.. _options.Task.Labels.Select(label => label.Name).Where(name => !_seeds.ContainsKey(name))];

    public SynthQuestion At(int number)
    {
        // Labels change fastest, so that a run that ends early is balanced.
        var round = number / _labels.Length;
        var label = _labels[number % _labels.Length];
        var kind = _options.Kinds[round % _options.Kinds.Count];
        var random = new Random(HashCode(_options.Sampling.Seed, number));
        var examples = _seeds[label].ToArray();
        random.Shuffle(examples);
        List<(string, string)> values =
        [
            ("instruction", _options.Task.Instruction),
            ("label", LabelList.Describe(_options.Task.Labels[_options.Task.IndexOf(label)])),
            ("examples", string.Join('\n', examples.Take(_options.ExamplesPerQuestion).Select(text => "- " + text.ReplaceLineEndings(" ")))),
            ("count", _options.TextsPerQuestion.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        ];
        if (kind == SynthKind.Topics)
        {
            values.Add(("topic", _options.Topics[round / _options.Kinds.Count % _options.Topics.Count]));
        }
        else if (kind is SynthKind.Boundary or SynthKind.Negation)
        {
            var others = _confusions[label].ToArray() is { Length: > 0 } confused ? confused : [.. _options.Task.Labels.Select(other => other.Name).Where(other => other != label)];
            values.Add(("other", others[random.Next(others.Length)]));
        }

        return new SynthQuestion(number, kind, label, _templates[kind].Fill(values));
    }

    // System.HashCode differs from process to process.
    private static int HashCode(uint seed, int number) => unchecked((int)(((ulong)seed * 0x9E3779B97F4A7C15) ^ ((ulong)number * 0xBF58476D1CE4E5B9) >> 17));
}
