namespace SlmEdge.Tasks.Templates.Values;

/// <summary>A mapping in the order of its making. Immutable.</summary>
internal sealed class DictionaryValue : TemplateValue
{
    private readonly Dictionary<string, int> _index = new(StringComparer.Ordinal);
    private readonly List<KeyValuePair<TemplateValue, TemplateValue>> _entries = [];

    /// <summary>Makes a mapping; of equal keys the first keeps its place and the last its value, as in Python.</summary>
    /// <param name="entries">Keys (text, numbers, booleans, none) and values.</param>
    /// <param name="origin">Where braces and commas come from when it is printed.</param>
    public DictionaryValue(IEnumerable<KeyValuePair<TemplateValue, TemplateValue>> entries, TextOrigin origin)
    {
        Origin = origin;
        foreach (KeyValuePair<TemplateValue, TemplateValue> entry in entries)
        {
            string key = Identity(entry.Key) ?? throw new TemplateFault($"a {entry.Key.TypeName} cannot be the key of a mapping");
            if (_index.TryGetValue(key, out int at))
            {
                _entries[at] = new(_entries[at].Key, entry.Value);
                continue;
            }

            _index.Add(key, _entries.Count);
            _entries.Add(entry);
        }
    }

    public TextOrigin Origin { get; }

    public IReadOnlyList<KeyValuePair<TemplateValue, TemplateValue>> Entries => _entries;

    public override string TypeName => "dict";

    public override bool IsTrue => _entries.Count > 0;

    public TemplateValue? Find(TemplateValue key) => Identity(key) is { } identity && _index.TryGetValue(identity, out int at) ? _entries[at].Value : null;

    public TemplateValue? Find(string key) => _index.TryGetValue("s" + key, out int at) ? _entries[at].Value : null;

    /// <summary>Equal for keys that are equal in Python: 1, 1.0 and true are one key.</summary>
    private static string? Identity(TemplateValue key) => key switch
    {
        TextValue text => "s" + text.Value,
        IntegerValue number => "n" + number.Value.ToString(System.Globalization.CultureInfo.InvariantCulture),
        BooleanValue flag => flag.Value ? "n1" : "n0",
        FloatValue { Value: var number } when number == Math.Floor(number) && Math.Abs(number) < 1e15 =>
            "n" + ((long)number).ToString(System.Globalization.CultureInfo.InvariantCulture),
        FloatValue number => "f" + number.Value.ToString("R", System.Globalization.CultureInfo.InvariantCulture),
        NoneValue => "none",
        _ => null,
    };
}
