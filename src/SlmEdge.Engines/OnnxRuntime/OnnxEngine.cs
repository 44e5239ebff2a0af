using System.Numerics.Tensors;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Engines.Native;
using SlmEdge.Engines.OnnxRuntime.Evaluation;
using SlmEdge.Engines.OnnxRuntime.Native;
using SlmEdge.Engines.OnnxRuntime.Sequences;
using SlmEdge.Engines.Scoring;
using SlmEdge.Engines.Sequences;
using SlmEdge.Tasks.Labels;

namespace SlmEdge.Engines.OnnxRuntime;

/// <summary>A folder with an ONNX decoder, as ONNX Runtime GenAI's model builder lays it out, evaluated by ONNX Runtime.</summary>
/// <remarks>Safe to call from several threads; the calls then wait for each other.</remarks>
public sealed class OnnxEngine : IEngine
{
    internal const int DefaultContextLimit = 4096;

    private readonly Lock gate = new();
    private readonly OnnxDecoder decoder;
    private readonly OnnxLabelScorer scorer;
    private readonly OnnxEngineOptions options;
    private bool disposed;
    private bool lent;

    private OnnxEngine(OnnxDecoder decoder, LlamaTokenizer? tokenizer, OnnxEngineOptions options, int contextLength, int threads)
    {
        this.decoder = decoder;
        this.options = options;
        scorer = new OnnxLabelScorer(decoder, options.BatchTokens, options.CachedPrefixTokens);
        Tokenizer = tokenizer;
        ContextLength = contextLength;
        Info = new EngineInfo("ONNX Runtime", OrtEnvironment.Version, OrtEnvironment.LibraryPath, CpuLevel.Instructions, threads, options.Gpu, options.Gpu ? OrtEnvironment.FindCuda() : null);
    }

    /// <inheritdoc/>
    public EngineInfo Info { get; }

    /// <inheritdoc/>
    public int VocabularySize => decoder.Config.VocabularySize;

    /// <inheritdoc/>
    public int ContextLength { get; }

    /// <summary>The tokenizer of <c>tokenizer.gguf</c> in the folder, or null without that file; it lives as long as the engine.</summary>
    public LlamaTokenizer? Tokenizer { get; }

    /// <summary>The version that ONNX Runtime reports; its library is loaded for that.</summary>
    /// <exception cref="EngineException">The library is there but does not load, or is too old.</exception>
    /// <exception cref="NativeLibraryMissingException">ONNX Runtime is not installed.</exception>
    public static string ReadLibraryVersion()
    {
        OrtEnvironment.EnsureLoaded();
        return OrtEnvironment.Version;
    }

    /// <summary>Name of what computes where a GPU can be used, or null without; loads ONNX Runtime's library.</summary>
    /// <exception cref="EngineException">The library is there but does not load.</exception>
    /// <exception cref="NativeLibraryMissingException">ONNX Runtime is not installed.</exception>
    public static string? FindGpu()
    {
        OrtEnvironment.EnsureLoaded();
        return OrtEnvironment.FindCuda();
    }

    /// <summary>Loads a model folder.</summary>
    /// <param name="modelDirectory">Holds <c>genai_config.json</c> and the model that it names.</param>
    /// <param name="options">Context, batch and threads; null takes the defaults.</param>
    /// <exception cref="EngineException">A file is missing, ONNX Runtime refuses the model, or an option does not suit it.</exception>
    /// <exception cref="SlmEdge.Formats.ModelFormatException">A file is damaged: it never reaches ONNX Runtime.</exception>
    /// <exception cref="NativeLibraryMissingException">ONNX Runtime is not installed.</exception>
    public static OnnxEngine Open(string modelDirectory, OnnxEngineOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(modelDirectory);
        options ??= new OnnxEngineOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(options.ContextLength);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Threads);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchTokens, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.CachedPrefixTokens, 1);
        var config = GenAiConfig.Load(modelDirectory);
        var contextLength = options.ContextLength == 0 ? Math.Min(config.ContextLength, DefaultContextLimit) : options.ContextLength;
        if (contextLength > config.ContextLength)
        {
            throw new EngineException($"The model in '{modelDirectory}' is made for {config.ContextLength} tokens, a context of {contextLength} was asked for; use at most {config.ContextLength}.");
        }

        var path = Path.Combine(modelDirectory, config.DecoderFile);
        VerifiedOnnx.Check(path);
        var threads = options.Threads > 0 ? options.Threads : ProcessorTopology.PhysicalCores;
        if (options.Gpu && FindGpu() is null)
        {
            throw new EngineException(
                $"ONNX Runtime in '{OrtEnvironment.LibraryPath}' cannot use a GPU: '{OrtEnvironment.CudaLibrary}' is not there. Put the CUDA provider of version {OrtEnvironment.Version} beside it, or compute on the CPU.");
        }

        var session = OrtSession.Load(path, threads, options.Gpu);
        try
        {
            var vocabulary = Path.Combine(modelDirectory, "tokenizer.gguf");
            var tokenizer = File.Exists(vocabulary) ? LlamaTokenizer.Open(vocabulary) : null;
            try
            {
                CheckVocabulary(tokenizer, config, modelDirectory);
                return new OnnxEngine(new OnnxDecoder(session, config, path), tokenizer, options, contextLength, threads);
            }
            catch
            {
                tokenizer?.Dispose();
                throw;
            }
        }
        catch
        {
            session.Dispose();
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
            scorer.Score(prefix, texts, labels, logProbs, ct);
        }
    }

    /// <inheritdoc/>
    public float[] EvaluateLogits(ReadOnlySpan<int> tokens)
    {
        EngineInput.CheckSequence(tokens, VocabularySize, ContextLength);
        lock (gate)
        {
            CheckUsable();
            using var step = RunPrompt(tokens);
            return step.GetAllLogits().ToArray();
        }
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
            if (maxTokens == 0)
            {
                return [];
            }

            ct.ThrowIfCancellationRequested();
            var step = RunPrompt(prompt);
            try
            {
                var last = prompt.Length - 1;
                while (true)
                {
                    var next = TensorPrimitives.IndexOfMax(step.GetLogits(0, last));
                    if (decoder.Config.EndTokens.Contains(next))
                    {
                        break;
                    }

                    generated.Add(next);
                    if (generated.Count == maxTokens || step.Total >= ContextLength)
                    {
                        break;
                    }

                    ct.ThrowIfCancellationRequested();
                    decoder.PrepareIds(1, 1)[0] = next;
                    decoder.PrepareMask(1, step.Total + 1).Fill(1);
                    var following = decoder.RunBehind(step, 1);
                    step.Dispose();
                    step = following;
                    last = 0;
                }
            }
            finally
            {
                step.Dispose();
            }
        }

        return [.. generated];
    }

    /// <summary>
    /// Hands out the model's sequences for a scheduler to use; until they are disposed the engine's own members that evaluate refuse.
    /// </summary>
    /// <param name="repeatable">Whether logits have to be the same bits whatever else is evaluated; not on a GPU.</param>
    /// <exception cref="EngineException">The model computes on a GPU and cannot be repeatable.</exception>
    /// <exception cref="InvalidOperationException">They are handed out already.</exception>
    public ISequenceEngine OpenSequences(bool repeatable = false)
    {
        lock (gate)
        {
            CheckUsable();
            if (repeatable && options.Gpu)
            {
                throw new EngineException("Evaluations on a GPU are not known to repeat bit for bit. Compute on the CPU, or do without.");
            }

            lent = true;
            return new OnnxSequences(decoder, ContextLength, options.BatchTokens, options.CachedPrefixTokens, repeatable, () => lent = false);
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
            scorer.Dispose();
            decoder.Dispose();
            Tokenizer?.Dispose();
        }
    }

    // A token beyond the embedding's rows would be read from outside of it.
    private static void CheckVocabulary(LlamaTokenizer? tokenizer, GenAiConfig config, string directory)
    {
        if (tokenizer is not null && tokenizer.VocabularySize > config.VocabularySize)
        {
            throw new EngineException(
                $"The tokenizer in '{directory}' has {tokenizer.VocabularySize} tokens, genai_config.json states a vocab_size of {config.VocabularySize}; export the folder again with 'slm-export onnx'.");
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

    private OnnxStep RunPrompt(ReadOnlySpan<int> tokens)
    {
        var ids = decoder.PrepareIds(1, tokens.Length);
        for (var i = 0; i < tokens.Length; i++)
        {
            ids[i] = tokens[i];
        }

        decoder.PrepareMask(1, tokens.Length).Fill(1);
        return decoder.RunPrompt(1, tokens.Length);
    }
}
