using System.Globalization;
using System.Text.Json;
using SlmEdge.Formats;

namespace SlmEdge.Engines.OnnxRuntime;

/// <summary>What an engine needs of <c>genai_config.json</c>, the file that ONNX Runtime GenAI keeps beside a decoder.</summary>
internal sealed record GenAiConfig
{
    private const long MaxBytes = 1 << 20;
    private const int MaxLayers = 1024;

    internal required string DecoderFile { get; init; }

    internal required int ContextLength { get; init; }

    internal required int VocabularySize { get; init; }

    internal required int Layers { get; init; }

    internal required int KeyValueHeads { get; init; }

    internal required int HeadSize { get; init; }

    internal required int[] EndTokens { get; init; }

    internal required string InputIds { get; init; }

    internal required string AttentionMask { get; init; }

    internal required string Logits { get; init; }

    internal required IReadOnlyList<string> PastNames { get; init; }

    internal required IReadOnlyList<string> PresentNames { get; init; }

    /// <exception cref="EngineException">The file is missing.</exception>
    /// <exception cref="ModelFormatException">A field is missing or out of range.</exception>
    internal static GenAiConfig Load(string directory)
    {
        var path = Path.Combine(directory, "genai_config.json");
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            throw new EngineException($"'{path}' does not exist: is '{directory}' a folder made by 'slm-export onnx'?");
        }

        if (file.Length > MaxBytes)
        {
            throw new ModelFormatException($"has {file.Length} bytes, more than {MaxBytes}", path);
        }

        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            return Read(new Fields(path, json.RootElement, string.Empty));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException) // The latter for text that is no UTF-8.
        {
            throw new ModelFormatException($"is not valid JSON: {error.Message}", path, inner: error);
        }
    }

    private static GenAiConfig Read(Fields root)
    {
        var model = root.Object("model");
        var decoder = model.Object("decoder");
        var inputs = decoder.Object("inputs");
        var outputs = decoder.Object("outputs");
        var layers = decoder.Integer("num_hidden_layers", 1, MaxLayers);
        return new GenAiConfig
        {
            DecoderFile = decoder.FileName("filename"),
            ContextLength = model.Integer("context_length", 1, 1 << 24),
            VocabularySize = model.Integer("vocab_size", 1, 1 << 24),
            Layers = layers,
            KeyValueHeads = decoder.Integer("num_key_value_heads", 1, 1 << 16),
            HeadSize = decoder.Integer("head_size", 1, 1 << 16),
            EndTokens = model.Integers("eos_token_id"),
            InputIds = inputs.Text("input_ids"),
            AttentionMask = inputs.Text("attention_mask"),
            Logits = outputs.Text("logits"),
            PastNames = Names(layers, inputs.Text("past_key_names"), inputs.Text("past_value_names")),
            PresentNames = Names(layers, outputs.Text("present_key_names"), outputs.Text("present_value_names")),
        };
    }

    // Key and value of layer 0, of layer 1, …; the templates carry printf's %d.
    private static string[] Names(int layers, string key, string value)
    {
        var names = new string[layers * 2];
        for (var layer = 0; layer < layers; layer++)
        {
            var number = layer.ToString(CultureInfo.InvariantCulture);
            names[2 * layer] = key.Replace("%d", number, StringComparison.Ordinal);
            names[(2 * layer) + 1] = value.Replace("%d", number, StringComparison.Ordinal);
        }

        return names;
    }

    private readonly struct Fields(string file, JsonElement element, string path)
    {
        internal Fields Object(string name)
        {
            var value = Get(name);
            return value.ValueKind == JsonValueKind.Object ? new Fields(file, value, Where(name)) : throw Wrong(name, "an object");
        }

        internal string Text(string name) =>
            Get(name) is { ValueKind: JsonValueKind.String } value && value.GetString() is { Length: > 0 } text ? text : throw Wrong(name, "a text");

        internal string FileName(string name)
        {
            var text = Text(name);
            return Path.GetFileName(text) == text && text is not (".." or ".") ? text : throw Wrong(name, "a file name without folders");
        }

        internal int Integer(string name, int low, int high) =>
            Get(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var number) && number >= low && number <= high
                ? number
                : throw Wrong(name, $"an integer from {low} to {high}");

        internal int[] Integers(string name)
        {
            var value = Get(name);
            IEnumerable<JsonElement> items = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [value];
            var result = new List<int>();
            foreach (var item in items)
            {
                result.Add(item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var number) ? number : throw Wrong(name, "an integer or several"));
            }

            return [.. result];
        }

        private JsonElement Get(string name) =>
            element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
                ? value
                : throw new ModelFormatException("is missing", file, Where(name));

        private string Where(string name) => path.Length == 0 ? name : $"{path}.{name}";

        private ModelFormatException Wrong(string name, string expected) => new($"must be {expected}", file, Where(name));
    }
}
