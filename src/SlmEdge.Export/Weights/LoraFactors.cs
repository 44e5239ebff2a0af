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

    private LoraFactors(SortedDictionary<string, LoraPair> pairs, float alpha, bool hasMagnitudes, BaseForm? form)
    {
        BaseForm = form;
        _pairs = pairs;
        Alpha = alpha;
        HasMagnitudes = hasMagnitudes;
    }

    /// <summary>
    /// The one numerator that a GGUF adapter has for all its matrices; readers divide it by each matrix's rank. For rsLoRA it is
    /// lora_alpha · √rank. Where a matrix has another scale, its B makes up for it.
    /// </summary>
    public float Alpha { get; }

    /// <summary>Whether it is a DoRA adapter, which is more than a product of two factors.</summary>
    public bool HasMagnitudes { get; }

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
        LoraConfig config = settings.Lora;
        return new LoraFactors(ReadPairs(file, path, config, shapes), (float)(config.Scale * config.Rank), config.UseDora, settings.HeldForm);
    }

    /// <summary>B as a GGUF adapter stores it, such that <see cref="Alpha"/> over the rank is its scale.</summary>
    public float[] ScaledB(LoraPair pair)
    {
        float factor = pair.Scale * pair.Rank / Alpha;
        return Math.Abs(factor - 1) < 1e-6f ? pair.B : [.. pair.B.Select(value => value * factor)];
    }

    private static SortedDictionary<string, LoraPair> ReadPairs(
        SafetensorsFile file, string path, LoraConfig config, IReadOnlyDictionary<string, long[]> shapes)
    {
        var pairs = new SortedDictionary<string, LoraPair>(StringComparer.Ordinal);
        foreach (string name in file.Tensors.Keys.Order(StringComparer.Ordinal))
        {
            const string First = ".lora_A.weight";
            const string Second = ".lora_B.weight";
            const string Third = ".lora_magnitude_vector";
            if (config.UseDora && name.EndsWith(Third, StringComparison.Ordinal) && file.Tensors.ContainsKey(name[..^Third.Length] + First))
            {
                continue;
            }

            if (name.EndsWith(Second, StringComparison.Ordinal) && file.Tensors.ContainsKey(name[..^Second.Length] + First))
            {
                continue;
            }

            if (!name.StartsWith(Prefix, StringComparison.Ordinal) || !name.EndsWith(First, StringComparison.Ordinal))
            {
                throw new ModelFormatException($"is not a pair of LoRA factors ('{Prefix}…{First}' with '…{Second}')", path, name);
            }

            string module = name[Prefix.Length..^First.Length];
            string target = module + ".weight";
            int rank = config.RankOf(module);
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
            float[]? magnitude = null;
            if (config.UseDora)
            {
                string vector = name[..^First.Length] + Third;
                if (!file.Tensors.ContainsKey(vector))
                {
                    throw new ModelFormatException("the adapter is DoRA (use_dora), but this tensor is missing", path, vector);
                }

                Expect(file, path, vector, shape[0]);
                magnitude = file.ReadFloat32(vector);
            }

            pairs.Add(target, new LoraPair(
                file.ReadFloat32(name), file.ReadFloat32(partner), (int)shape[0], (int)shape[1], rank, (float)config.ScaleOf(module), magnitude));
        }

        return pairs.Count > 0 ? pairs : throw new ModelFormatException("holds no LoRA factors", path);
    }

    private static void Expect(SafetensorsFile file, string path, string name, params long[] expected)
    {
        IReadOnlyList<long> shape = file.Tensors[name].Shape;
        if (!shape.SequenceEqual(expected))
        {
            throw new ModelFormatException($"has shape [{string.Join(", ", shape)}]; rank and base call for [{string.Join(", ", expected)}]", path, name);
        }
    }
}
