using SlmEdge.Formats;
using SlmEdge.Formats.Safetensors;
using SlmEdge.Training;
using SlmEdge.Training.Adapters;
using SlmEdge.Training.Quantization;

namespace SlmEdge.Export.Weights;

/// <summary>The factors of a LoRA adapter in PEFT's layout (<c>adapter_config.json</c>, <c>adapter_model.safetensors</c>), checked against its base.</summary>
internal sealed class LoraFactors
{
    private const string Prefix = "base_model.model.";

    private readonly SortedDictionary<string, LoraPair> _pairs;

    private LoraFactors(SortedDictionary<string, LoraPair> pairs, float alpha, float scale, BaseForm? form)
    {
        BaseForm = form;
        _pairs = pairs;
        Alpha = alpha;
        Scale = scale;
    }

    /// <summary>Numerator that gives <see cref="Scale"/> when divided by the rank, as GGUF readers do; for rsLoRA it is lora_alpha · √rank.</summary>
    public float Alpha { get; }

    /// <summary>Factor on B · A.</summary>
    public float Scale { get; }

    /// <summary>The form in which the base was held during training; null for its own precision.</summary>
    public BaseForm? BaseForm { get; }

    /// <summary>The adapted tensors by the base's names, in ordinal order.</summary>
    public IReadOnlyDictionary<string, LoraPair> Pairs => _pairs;

    public LoraPair? Find(string name) => _pairs.GetValueOrDefault(name);

    /// <summary>Reads an adapter.</summary>
    /// <param name="directory">The adapter's folder.</param>
    /// <param name="baseDirectory">The base that it is to be applied to; its hash must be the one that the adapter remembers.</param>
    /// <param name="shapes">The base's tensors.</param>
    /// <exception cref="TrainingException">It belongs to another base.</exception>
    /// <exception cref="ModelFormatException">A file is malformed, or a factor does not fit the base.</exception>
    public static LoraFactors Open(string directory, string baseDirectory, IReadOnlyDictionary<string, long[]> shapes)
    {
        string path = Path.Combine(directory, "adapter_model.safetensors");
        AdapterSettings settings = AdapterDirectory.ReadSettings(directory);
        if (!File.Exists(path))
        {
            throw new ExportException($"'{directory}' is not an adapter: '{Path.GetFileName(path)}' is missing.");
        }

        AdapterDirectory.CheckBase(directory, baseDirectory);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        double scale = settings.Lora.Scale;
        return new LoraFactors(ReadPairs(file, path, settings.Rank, shapes), (float)(scale * settings.Rank), (float)scale, settings.HeldForm);
    }

    private static SortedDictionary<string, LoraPair> ReadPairs(
        SafetensorsFile file, string path, int rank, IReadOnlyDictionary<string, long[]> shapes)
    {
        var pairs = new SortedDictionary<string, LoraPair>(StringComparer.Ordinal);
        foreach (string name in file.Tensors.Keys.Order(StringComparer.Ordinal))
        {
            const string First = ".lora_A.weight";
            const string Second = ".lora_B.weight";
            if (name.EndsWith(Second, StringComparison.Ordinal) && file.Tensors.ContainsKey(name[..^Second.Length] + First))
            {
                continue;
            }

            if (!name.StartsWith(Prefix, StringComparison.Ordinal) || !name.EndsWith(First, StringComparison.Ordinal))
            {
                throw new ModelFormatException($"is not a pair of LoRA factors ('{Prefix}…{First}' with '…{Second}')", path, name);
            }

            string target = name[Prefix.Length..^First.Length] + ".weight";
            if (!shapes.TryGetValue(target, out long[]? shape) || shape.Length != 2 || target is "model.embed_tokens.weight" or "lm_head.weight")
            {
                throw new ModelFormatException($"adapts '{target}', which is not a projection of the base model", path, name);
            }

            string partner = name[..^First.Length] + Second;
            if (!file.Tensors.ContainsKey(partner))
            {
                throw new ModelFormatException("its partner is missing", path, partner);
            }

            Expect(file, path, name, rank, shape[1]);
            Expect(file, path, partner, shape[0], rank);
            pairs.Add(target, new LoraPair(file.ReadFloat32(name), file.ReadFloat32(partner), (int)shape[0], (int)shape[1], rank));
        }

        return pairs.Count > 0 ? pairs : throw new ModelFormatException("holds no LoRA factors", path);
    }

    private static void Expect(SafetensorsFile file, string path, string name, long rows, long columns)
    {
        IReadOnlyList<long> shape = file.Tensors[name].Shape;
        if (!shape.SequenceEqual([rows, columns]))
        {
            throw new ModelFormatException($"has shape [{string.Join(", ", shape)}]; rank and base call for [{rows}, {columns}]", path, name);
        }
    }
}
