using SlmEdge.Formats.Families;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Safetensors;
using SlmEdge.Training.Families;
using SlmEdge.Training.Losses;
using SlmEdge.Training.Memory;
using SlmEdge.Training.Models;
using SlmEdge.Training.Optimization;
using SlmEdge.Training.Quantization;

namespace SlmEdge.Training.FineTuning;

/// <summary>Estimates a run's memory from the shapes of the model and the settings, before anything is loaded.</summary>
internal sealed class MemoryPlan
{
    private const long Single = sizeof(float);

    /// <summary>.NET, libtorch and the tokenizer, measured with an empty model.</summary>
    private const long Runtime = 250_000_000;

    /// <summary>What allocators hold beyond what is asked of them, as a share of everything that comes and goes.</summary>
    private const double Slack = 0.4;

    private readonly DecoderConfig _config;
    private readonly FineTuningOptions _options;
    private readonly DecoderTensor[] _projections;
    private readonly long _tokens;

    private MemoryPlan(DecoderConfig config, FineTuningOptions options)
    {
        _config = config;
        _options = options;
        _projections = [.. DecoderTensors.Of(config).All.Where(t => t.IsProjection)];
        var longest = options.MaxLength > 0 ? options.MaxLength : config.ContextLength;
        _tokens = Math.Min(options.PackTokens, (long)options.BatchSize * longest);
    }

    /// <summary>The estimate for a run, from the headers of its base.</summary>
    public static MemoryEstimate Of(FineTuningOptions options)
    {
        if (GgufBase.Is(options.BaseDirectory))
        {
            using var file = GgufFile.Open(options.BaseDirectory);
            return new MemoryPlan(GgufDecoderConfig.Read(file), options).Estimate(
                tensor => GgmlTypes.BlockSize(file.GetTensor(tensor.GgufName).Type) > 1 ? file.GetTensor(tensor.GgufName).ByteLength : Elements(tensor) * Single,
                file.GetTensor("token_embd.weight").Type is GgmlType.BF16 or GgmlType.F16);
        }

        var config = DecoderConfig.Load(options.BaseDirectory);
        using var weights = SafetensorsCollection.Open(options.BaseDirectory);
        var half = weights.Tensors.TryGetValue(DecoderTensorNames.Embedding, out var embedding) && embedding.Type is SafetensorsType.BF16 or SafetensorsType.F16;
        return new MemoryPlan(config, options).Estimate(tensor => HeldBytes(options.HeldForm, tensor), half && (options.HeldForm is null or BaseForm.Nf4));
    }

    /// <summary>What would make a run need less, of what it does not do yet.</summary>
    public static IReadOnlyList<string> Advice(FineTuningOptions options)
    {
        var advice = new List<string>();
        Add(!options.ActivationCheckpointing, "Add --activation-checkpointing");
        Add(options.Method == FineTuningMethod.Full, "Use --method qlora or lora");
        Add(options.Method == FineTuningMethod.Lora, "Use --method qlora");
        Add(options.Optimizer != OptimizerKind.AdamW8Bit, "Use --optimizer adamw8bit");
        Add(options.PackTokens > 512, $"Lower --pack-tokens (now {options.PackTokens})");
        Add(options.Method != FineTuningMethod.Full, $"Lower --rank (now {options.Lora.Rank})");
        Add(true, "Take a smaller base");
        return advice;

        void Add(bool applies, string text)
        {
            if (applies)
            {
                advice.Add(text);
            }
        }
    }

    /// <summary>Bytes of a projection in the form in which it is held.</summary>
    private static long HeldBytes(BaseForm? form, DecoderTensor tensor)
    {
        if (form is null)
        {
            return Elements(tensor) * Single;
        }

        if (form is BaseForm.Nf4 or BaseForm.Int4Onnx)
        {
            // A scale for 64 values in one byte and its share of the second level; or one in fp32 and half a byte of zero point for 32.
            return form == BaseForm.Nf4 ? Elements(tensor) * 33 / 64 : Elements(tensor) * 41 / 64;
        }

        return GgmlTypes.ByteLength(form.Value.MatrixType(true, tensor.Shape[1]), [tensor.Shape[1], tensor.Shape[0]]);
    }

    private MemoryEstimate Estimate(Func<DecoderTensor, long> heldBytes, bool halfTables)
    {
        var full = _options.Method == FineTuningMethod.Full;
        var table = (long)_config.VocabSize * _config.HiddenSize;
        var tables = _config.TieWordEmbeddings ? table : 2 * table;
        var trained = full ? _projections.Sum(Elements) + tables : Targets().Sum(t => _options.Lora.RankOf(Module(t)) * (t.Shape[0] + t.Shape[1]));
        var weights = (tables * (halfTables && !full ? 2 : Single)) + _projections.Sum(heldBytes);
        var passing = Activations() + Loss(table) + Update(table);
        (string, long)[] parts =
        [
            ("base", weights),
            ("adapters", full ? 0 : trained * Single),
            ("gradients", trained * Single),
            ("optimiser", OptimizerState(trained, tables)),
            ("best weights", trained * Single),
            ("activations", Activations()),
            ("logits", Loss(table)),
            ("update", Update(table)),
            ("programs", Runtime),
            ("allocator", (long)(Slack * passing)),
        ];
        return new MemoryEstimate([.. parts.Where(p => p.Item2 > 0)], weights + Runtime);
    }

    private IEnumerable<DecoderTensor> Targets() =>
        _projections.Where(t => _options.Lora.Targets(Module(t)));

    private long OptimizerState(long trained, long tables)
    {
        var outside = _options.Method == FineTuningMethod.Full ? tables : 0;
        return _options.Optimizer switch
        {
            OptimizerKind.AdamW => 2 * trained * Single,
            OptimizerKind.AdamW8Bit => 2 * trained * (QuantizedState.BlockSize + Single) / QuantizedState.BlockSize,
            _ => (trained + outside) * Single,
        };
    }

    /// <summary>What forward keeps for backward, and what backward computes with.</summary>
    private long Activations()
    {
        long hidden = _config.HiddenSize;
        long inner = _config.IntermediateSize;
        var attention = 2L * (_config.NumAttentionHeads + _config.NumKeyValueHeads) * _config.HeadDim;
        var dropped = _options.Method != FineTuningMethod.Full && _options.Lora.Dropout > 0 ? 2 * Targets().Sum(t => t.Shape[1]) / _config.NumHiddenLayers : 0;

        // Norms' results, queries, keys, values and attention's result; gate, up and their product.
        var kept = (4 * hidden) + attention + (3 * inner) + dropped;
        var backward = (2 * hidden) + (4 * inner);
        if (!_options.ActivationCheckpointing)
        {
            return _tokens * Single * ((_config.NumHiddenLayers * kept) + backward);
        }

        var rows = Math.Min(_tokens, DecoderModel.RecomputedElements / inner);
        return Single * ((_tokens * ((_config.NumHiddenLayers + 4) * hidden)) + (_tokens * attention) + (rows * ((3 * inner) + dropped + backward)));
    }

    private long Loss(long table) =>
        (ChunkedCrossEntropy.LogitsAtOnce(_config.VocabSize, _tokens) * Single) + (2 * _tokens * _config.HiddenSize * Single)
        + (_options.Method == FineTuningMethod.Full ? table * Single : OutputHead.BytesAtOnce);

    /// <summary>An update makes copies of the size of one parameter.</summary>
    private long Update(long table)
    {
        var largest = _options.Method == FineTuningMethod.Full ? table : Targets().Select(t => _options.Lora.RankOf(Module(t)) * Math.Max(t.Shape[0], t.Shape[1])).DefaultIfEmpty().Max();
        return 2 * largest * Single;
    }

    private static string Module(DecoderTensor tensor) => tensor.Name[..^".weight".Length];

    private static long Elements(DecoderTensor tensor) => tensor.Shape[0] * tensor.Shape[1];
}
