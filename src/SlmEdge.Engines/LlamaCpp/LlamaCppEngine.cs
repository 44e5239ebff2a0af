using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using SlmEdge.Engines.LlamaCpp.Evaluation;
using SlmEdge.Engines.LlamaCpp.Generation;
using SlmEdge.Engines.LlamaCpp.Native;
using SlmEdge.Engines.LlamaCpp.Sequences;
using SlmEdge.Engines.Native;
using SlmEdge.Engines.Scoring;
using SlmEdge.Engines.Sequences;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.Gguf.Adapters;
using SlmEdge.Tasks.Labels;

namespace SlmEdge.Engines.LlamaCpp;

/// <summary>A GGUF model evaluated by llama.cpp, with an optional LoRA adapter.</summary>
/// <remarks>Safe to call from several threads; the calls then wait for each other.</remarks>
public sealed partial class LlamaCppEngine : IEngine
{
    // 64 MiB of logits at once: a large vocabulary gets fewer rows per evaluation.
    internal const int MaxLogits = 16 * 1024 * 1024;
    private const int TextSequence = 1;

    private readonly Lock gate = new();
    private readonly SafeLlamaModelHandle model;
    private readonly SafeLlamaAdapterHandle? adapter;
    private readonly LlamaEvaluator evaluator;
    private readonly LabelScorer scorer;
    private readonly SequenceGenerator generator;
    private readonly int cellCount;
    private readonly float adapterScale;
    private bool disposed;
    private bool lent;

    private LlamaCppEngine(SafeLlamaModelHandle model, string path, LlamaCppOptions options)
    {
        this.model = model;
        adapterScale = options.AdapterScale;
        Tokenizer = new LlamaTokenizer(model, path);
        try
        {
            VocabularySize = Tokenizer.VocabularySize;
            ContextLength = LlamaOpening.ContextLength(model, path, options.ContextLength);
            var threads = LlamaOpening.Threads(options.Threads);
            var sequenceLimit = (int)LlamaNative.llama_max_parallel_sequences();
            cellCount = CellCount(options);
            var window = LlamaNative.llama_model_n_swa(model);
            CanRepeat = options is { HalfPrecisionCache: true, GpuLayers: 0 } && IsWithin(window, ContextLength);
            var passTokens = options.TokensAtOnce(window, ContextLength);
            var maxOutputs = Math.Clamp(MaxLogits / VocabularySize, 1, passTokens);
            var context = CreateContext(options, threads, passTokens, maxOutputs, sequenceLimit);
            evaluator = new LlamaEvaluator(context, VocabularySize, maxOutputs, sequenceLimit);
            scorer = new LabelScorer(evaluator, options.MaxSequences);
            generator = new SequenceGenerator(evaluator, Tokenizer, ContextLength, CellCount(options), options.MaxSequences);
            ChatTemplate = Marshal.PtrToStringUTF8(LlamaNative.llama_model_chat_template(model, null));
            if (options.AdapterPath is { } adapterPath)
            {
                adapter = ApplyAdapter(context, adapterPath, options.AdapterScale);
            }

            Info = LlamaOpening.Describe(threads, options.GpuLayers);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public EngineInfo Info { get; }

    /// <inheritdoc/>
    public int VocabularySize { get; }

    /// <inheritdoc/>
    public int ContextLength { get; }

    /// <summary>The model's own tokenizer; it lives as long as the engine.</summary>
    public LlamaTokenizer Tokenizer { get; }

    /// <summary>The chat template that the file carries, as it stands there; null when it has none, as base models do.</summary>
    public string? ChatTemplate { get; }

    /// <summary>
    /// Whether <see cref="OpenSequences"/> can be repeatable: fused attention on the CPU, and no attention window shorter than the context
    /// (behind it llama.cpp reuses cells out of their order).
    /// </summary>
    public bool CanRepeat { get; }

    /// <summary>Loads llama.cpp's libraries, which opening a model does otherwise; cheap after the first time.</summary>
    /// <exception cref="EngineException">A library is there but does not load.</exception>
    /// <exception cref="NativeLibraryMissingException">llama.cpp is not installed.</exception>
    public static void LoadLibraries() => LlamaBackend.EnsureLoaded();

    /// <summary>The version that llama.cpp reports; its libraries are loaded for that.</summary>
    /// <exception cref="EngineException">A library is there but does not load.</exception>
    /// <exception cref="NativeLibraryMissingException">llama.cpp is not installed.</exception>
    public static string ReadLibraryVersion()
    {
        LlamaBackend.EnsureLoaded();
        return LlamaBackend.Version;
    }

    /// <summary>The first GPU that the installed llama.cpp can use, or null without; loads its libraries.</summary>
    /// <exception cref="EngineException">A library is there but does not load.</exception>
    /// <exception cref="NativeLibraryMissingException">llama.cpp is not installed.</exception>
    public static string? FindGpu()
    {
        LlamaBackend.EnsureLoaded();
        return LlamaBackend.FindGpu();
    }

    /// <summary>Loads a model.</summary>
    /// <param name="ggufPath">A GGUF file with weights and vocabulary.</param>
    /// <param name="options">Context, batch, threads and adapter; null takes the defaults.</param>
    /// <exception cref="EngineException">The file is missing, llama.cpp refuses it, or an option does not suit the model.</exception>
    /// <exception cref="SlmEdge.Formats.ModelFormatException">The file is damaged: it never reaches llama.cpp.</exception>
    /// <exception cref="NativeLibraryMissingException">llama.cpp is not installed.</exception>
    public static LlamaCppEngine Open(string ggufPath, LlamaCppOptions? options = null) => Open(VerifiedGguf.Check(ggufPath), options);

    /// <summary>Loads a model that was checked.</summary>
    /// <param name="checkedModel">A GGUF file with weights and vocabulary.</param>
    /// <param name="options">Context, batch, threads and adapter; null takes the defaults.</param>
    /// <exception cref="EngineException">llama.cpp refuses the file, or an option does not suit the model.</exception>
    /// <exception cref="SlmEdge.Formats.ModelFormatException">The adapter is damaged, or does not fit the model.</exception>
    /// <exception cref="NativeLibraryMissingException">llama.cpp is not installed.</exception>
    public static LlamaCppEngine Open(VerifiedGguf checkedModel, LlamaCppOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(checkedModel);
        options ??= new LlamaCppOptions();
        var ggufPath = checkedModel.Path;
        LlamaOpening.Check(options.ContextLength, options.Threads, options.BatchTokens);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxSequences, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.FullSequences, 1);
        if (options.AdapterPath is { } adapterPath)
        {
            CheckAdapter(adapterPath, ggufPath);
        }

        var model = LlamaOpening.Load(checkedModel, options.GpuLayers, options.ContextLength);
        try
        {
            if (checkedModel.SeesBothWays
                || !LlamaNative.llama_model_has_decoder(model)
                || LlamaNative.llama_model_is_recurrent(model)
                || LlamaNative.llama_model_is_hybrid(model))
            {
                throw new EngineException($"The model '{ggufPath}' is not a decoder-only transformer; only those can be scored and generated with here.");
            }

            return new LlamaCppEngine(model, ggufPath, options);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void ScoreLabels(
        ReadOnlySpan<int> prefix,
        IReadOnlyList<int[]> texts,
        LabelTrie labels,
        Span<float> logProbs,
        CancellationToken ct = default)
    {
        EngineInput.CheckScoring(prefix, texts, labels, logProbs, VocabularySize, ContextLength);
        lock (gate)
        {
            CheckUsable();
            try
            {
                scorer.Score(prefix, texts, labels, logProbs, ct);
            }
            catch
            {
                evaluator.Reset();
                throw;
            }
        }
    }

    /// <inheritdoc/>
    public float[] EvaluateLogits(ReadOnlySpan<int> tokens)
    {
        EngineInput.CheckSequence(tokens, VocabularySize, ContextLength);
        var result = new float[(long)tokens.Length * VocabularySize];
        lock (gate)
        {
            CheckUsable();
            try
            {
                var step = Math.Min(evaluator.Batch.Capacity, evaluator.MaxOutputs);
                for (var start = 0; start < tokens.Length; start += step)
                {
                    var count = Math.Min(step, tokens.Length - start);
                    for (var i = 0; i < count; i++)
                    {
                        evaluator.Batch.Add(tokens[start + i], start + i, TextSequence, 1, output: true);
                    }

                    evaluator.Evaluate(CancellationToken.None);
                    for (var i = 0; i < count; i++)
                    {
                        evaluator.GetLogits(i).CopyTo(result.AsSpan((start + i) * VocabularySize));
                    }
                }

                evaluator.RemoveSequence(TextSequence);
            }
            catch
            {
                evaluator.Reset();
                throw;
            }
        }

        return result;
    }

    /// <inheritdoc/>
    public int[] GenerateGreedy(ReadOnlySpan<int> prompt, int maxTokens, CancellationToken ct = default)
    {
        EngineInput.CheckSequence(prompt, VocabularySize, ContextLength);
        ArgumentOutOfRangeException.ThrowIfNegative(maxTokens);
        var generated = new List<int>(Math.Min(maxTokens, ContextLength));
        lock (gate)
        {
            CheckUsable();
            try
            {
                var last = evaluator.Append(prompt, 0, TextSequence, outputLast: true, ct);
                for (var position = prompt.Length; generated.Count < maxTokens; position++)
                {
                    evaluator.Evaluate(ct);
                    var next = TensorPrimitives.IndexOfMax(evaluator.GetLogits(last));
                    if (Tokenizer.IsEndOfGeneration(next))
                    {
                        break;
                    }

                    generated.Add(next);
                    if (position >= ContextLength)
                    {
                        break;
                    }

                    last = evaluator.Batch.Add(next, position, TextSequence, 1, output: true);
                }

                evaluator.Batch.Clear();
                evaluator.RemoveSequence(TextSequence);
            }
            catch
            {
                evaluator.Reset();
                throw;
            }
        }

        return [.. generated];
    }

    /// <summary>
    /// Hands out the model's sequences for a scheduler to use; until they are disposed the engine's own members that evaluate refuse.
    /// </summary>
    /// <param name="repeatable">Whether logits have to be the same bits whatever else is evaluated; it needs <see cref="CanRepeat"/>.</param>
    /// <exception cref="EngineException">The model cannot be repeatable.</exception>
    /// <exception cref="InvalidOperationException">They are handed out already.</exception>
    public ISequenceEngine OpenSequences(bool repeatable = false)
    {
        lock (gate)
        {
            CheckUsable();
            if (repeatable && !CanRepeat)
            {
                throw new EngineException(
                    "Evaluations of this model cannot repeat bit for bit: that needs HalfPrecisionCache, no GPU layers and an attention window that is not shorter than the context. " +
                    "Use a shorter context, or do without.");
            }

            var adapters = new AdapterSwitch(evaluator.Context, model, adapter, adapterScale);
            var sequences = new LlamaSequences(evaluator, adapters, ContextLength, cellCount, repeatable, Return);
            lent = true;
            return sequences;
        }
    }

    /// <summary>Releases the model.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (disposed)
            {
                return;
            }

            disposed = true;
            evaluator?.Dispose();
            adapter?.Dispose();
            Tokenizer.Dispose();
            model.Dispose();
        }
    }

    private void CheckUsable()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (lent)
        {
            throw new InvalidOperationException("The engine's sequences are handed out; dispose them first.");
        }
    }

    private void Return()
    {
        lock (gate)
        {
            lent = false;
            if (!disposed)
            {
                evaluator.Reset();
            }
        }
    }

    /// <summary>Whether an attention window, in tokens (0 for none), never cuts a sequence of this length.</summary>
    internal static bool IsWithin(long window, long contextLength) => window <= 0 || window >= contextLength;

    private int CellCount(LlamaCppOptions options) => checked((options.FullSequences * ContextLength) + (2 * options.BatchTokens));

    // What does not fit is passed over by llama.cpp in silence, or computes something else.
    private static void CheckAdapter(string adapterPath, string modelPath)
    {
        VerifiedGguf.Check(adapterPath);
        using var adapter = GgufFile.Open(adapterPath);
        using var model = GgufFile.Open(modelPath);
        GgufAdapterCheck.Check(adapter, model);
    }

    private SafeLlamaContextHandle CreateContext(LlamaCppOptions options, int threads, int passTokens, int maxOutputs, int sequenceLimit)
    {
        var parameters = LlamaOpening.ContextParameters(threads, options.HalfPrecisionCache);

        // One sequence of full length, the texts of a batch and the labels that follow them fit together.
        parameters.NCtx = (uint)CellCount(options);
        parameters.NBatch = (uint)options.BatchTokens;
        parameters.NUbatch = (uint)passTokens;
        parameters.NSeqMax = (uint)Math.Min(sequenceLimit, Math.Min(Math.Clamp(MaxLogits / VocabularySize, 1, options.BatchTokens), options.MaxSequences) + 1);

        // llama.cpp reserves an output for every sequence and ends the process when that is more than the limit.
        parameters.NOutputsMax = Math.Max((uint)maxOutputs, parameters.NSeqMax);
        return SafeLlamaContextHandle.Create(model, parameters);
    }

    private unsafe SafeLlamaAdapterHandle ApplyAdapter(SafeLlamaContextHandle context, string path, float scale)
    {
        var loaded = SafeLlamaAdapterHandle.Load(model, path);
        var pointer = loaded.DangerousGetHandle();
        if (LlamaNative.llama_set_adapters_lora(context, &pointer, 1, &scale) != 0)
        {
            loaded.Dispose();
            throw new EngineException($"llama.cpp cannot apply the adapter '{path}'.{LlamaLog.Describe()}");
        }

        return loaded;
    }
}
