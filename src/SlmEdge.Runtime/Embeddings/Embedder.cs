using System.Diagnostics.CodeAnalysis;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using SlmEdge.Bundles;
using SlmEdge.Engines;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Engines.LlamaCpp.Embeddings;
using SlmEdge.Runtime.Loading;
using SlmEdge.Runtime.Memory;
using SlmEdge.Runtime.Texts;

namespace SlmEdge.Runtime.Embeddings;

/// <summary>
/// Vectors of texts: by an embedding model in GGUF (BERT), or by the hidden states of any decoder, such as the one that a bundle classifies with.
/// </summary>
/// <remarks>
/// Safe to use from several threads: the calls take turns, a pass at a time. Disposal waits for the pass that runs; calls that come later, or have passes left, end with
/// <see cref="RuntimeStoppedException"/>.
/// </remarks>
public sealed class Embedder : IDisposable
{
    private readonly LlamaEmbeddingEngine engine;
    private readonly EmbedderOptions options;
    private readonly Bundle? bundle;

    [SuppressMessage("Reliability", "CA2213", Justification = "It holds nothing to release, and calls may still wait for it.")]
    private readonly SemaphoreSlim turn = new(1, 1);

    private long evaluations;

    private Embedder(LlamaEmbeddingEngine engine, EmbedderOptions options, string modelId, Bundle? bundle)
    {
        this.engine = engine;
        this.options = options;
        this.bundle = bundle;
        ModelId = modelId;
        Pooling = options.Pooling ?? engine.ModelPooling ?? EmbeddingPooling.Mean;
    }

    /// <summary>The bundle's name, or the model file's without its extension.</summary>
    public string ModelId { get; }

    /// <summary>Numbers of a vector.</summary>
    public int Dimensions => engine.Dimensions;

    /// <summary>How tokens' vectors become one.</summary>
    public EmbeddingPooling Pooling { get; }

    /// <summary>Whether vectors have length 1.</summary>
    public bool IsNormalized => options.Normalize;

    /// <summary>Tokens of the longest text, with those that the vocabulary puts around it.</summary>
    public int ContextLength => engine.ContextLength;

    /// <summary>Passes that have ended so far: while calls are under way and this stands still, the engine hangs.</summary>
    public long Evaluations => Volatile.Read(ref evaluations);

    /// <summary>What computes.</summary>
    public EngineInfo EngineInfo => engine.Info;

    /// <summary>Opens a model: a GGUF file, a <c>.slmb</c> or a bundle's folder. The bundle is verified, and the file checked, before anything is loaded.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="options">Pooling, limits and threads; <see langword="null"/> for the defaults.</param>
    /// <exception cref="BundleException">The bundle is damaged.</exception>
    /// <exception cref="RuntimeException">The bundle has no GGUF model.</exception>
    /// <exception cref="EngineException">The model does not load, or is of a family that is not embedded with.</exception>
    /// <exception cref="SlmEdge.Formats.ModelFormatException">The model file is damaged.</exception>
    /// <exception cref="ModelMemoryException">There is not enough memory for the model.</exception>
    public static Embedder Open(string path, EmbedderOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new EmbedderOptions();
        options.Validate();
        EngineStart.Begin();
        if (path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase))
        {
            return new Embedder(Load(path, options), options, Path.GetFileNameWithoutExtension(path), null);
        }

        var bundle = Bundle.Open(path, new BundleOptions { CacheDirectory = options.CacheDirectory, OnDemand = true });
        try
        {
            var choice = ModelChoice.Choose(bundle.Manifest, EngineChoice.Llama, options.File);
            EngineVersions.Check(bundle.Manifest, choice.Engine, bundle.BundlePath);
            return new Embedder(Load(bundle.GetFilePath(choice.File), options), options, bundle.Manifest.Name, bundle);
        }
        catch
        {
            bundle.Dispose();
            throw;
        }
    }

    /// <summary>Opens the model of a bundle that is open, and stays its owner's to close after the embedder.</summary>
    /// <inheritdoc cref="Open(string, EmbedderOptions?)" path="/exception"/>
    internal static Embedder Open(Bundle bundle, EmbedderOptions options)
    {
        options.Validate();
        var choice = ModelChoice.Choose(bundle.Manifest, EngineChoice.Llama, options.File);
        EngineVersions.Check(bundle.Manifest, choice.Engine, bundle.BundlePath);
        return new Embedder(Load(bundle.GetFilePath(choice.File), options), options, bundle.Manifest.Name, null);
    }

    /// <summary>Embeds one text.</summary>
    /// <param name="text">The text. What looks like control tokens in it stays text.</param>
    /// <param name="ct">Gives up before the next pass.</param>
    /// <exception cref="InvalidTextException">The text is empty, no Unicode, or longer than the context.</exception>
    /// <exception cref="RuntimeStoppedException">The embedder was disposed.</exception>
    public async Task<EmbeddedText> EmbedAsync(string text, CancellationToken ct = default) => (await EmbedAsync([text], ct).ConfigureAwait(false))[0];

    /// <summary>Embeds texts.</summary>
    /// <param name="texts">The texts, all checked before the first is computed.</param>
    /// <param name="ct">Gives up before the next pass.</param>
    /// <exception cref="InvalidTextException">A text is empty, no Unicode, or longer than the context; the exception has its index.</exception>
    /// <exception cref="RuntimeStoppedException">The embedder was disposed.</exception>
    public async Task<IReadOnlyList<EmbeddedText>> EmbedAsync(IReadOnlyList<string> texts, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var prepared = new List<Prepared>(texts.Count);
        foreach (var text in texts)
        {
            prepared.Add(Prepare(text, prepared.Count));
        }

        return await ComputeAsync(prepared, ct).ConfigureAwait(false);
    }

    /// <summary>Embeds a stream of texts of any length, <see cref="EmbedderOptions.BatchTexts"/> at a time, in its order.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="ct">Gives up before the next pass.</param>
    /// <exception cref="InvalidTextException">A text cannot be used; the vectors of the texts before it were given.</exception>
    /// <exception cref="RuntimeStoppedException">The embedder was disposed.</exception>
    public async IAsyncEnumerable<EmbeddedText> EmbedAsync(IAsyncEnumerable<string> texts, [EnumeratorCancellation] CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var waiting = new List<Prepared>(options.BatchTexts);
        var (tokens, index) = (0, 0L);
        InvalidTextException? refused = null;
        await foreach (var text in texts.WithCancellation(ct).ConfigureAwait(false))
        {
            try
            {
                waiting.Add(Prepare(text, index++));
                tokens += waiting[^1].Tokens.Length;
            }
            catch (InvalidTextException error)
            {
                refused = error;
                break;
            }

            if (waiting.Count == options.BatchTexts || tokens >= options.BatchTokens)
            {
                foreach (var embedded in await ComputeAsync(waiting, ct).ConfigureAwait(false))
                {
                    yield return embedded;
                }

                waiting.Clear();
                tokens = 0;
            }
        }

        foreach (var embedded in await ComputeAsync(waiting, ct).ConfigureAwait(false))
        {
            yield return embedded;
        }

        if (refused is not null)
        {
            throw refused;
        }
    }

    /// <summary>The model's hidden states of one text, as they are: [tokens, <see cref="Dimensions"/>], behind the final normalisation.</summary>
    /// <param name="text">The text.</param>
    /// <param name="ct">Gives up before the next pass.</param>
    /// <exception cref="InvalidTextException">The text is empty, no Unicode, or longer than the context.</exception>
    /// <exception cref="RuntimeStoppedException">The embedder was disposed.</exception>
    public async Task<float[]> GetHiddenStatesAsync(string text, CancellationToken ct = default)
    {
        var tokens = Prepare(text, 0).Tokens;
        var states = new float[tokens.Length * Dimensions];
        await InTurnAsync(() => engine.EmbedTokens(tokens, states, ct), ct).ConfigureAwait(false);
        return states;
    }

    /// <summary>Releases the model.</summary>
    public void Dispose()
    {
        engine.Dispose();
        bundle?.Dispose();
    }

    private static LlamaEmbeddingEngine Load(string path, EmbedderOptions options)
    {
        var model = VerifiedGguf.Check(path);
        var estimate = LlamaMemory.Estimate(model, new LlamaCppOptions { ContextLength = options.ContextLength, BatchTokens = options.BatchTokens });
        MemoryGuard.Check(Path.GetFileName(path), estimate, new RuntimeOptions { MemoryLimitBytes = options.MemoryLimitBytes });
        return LlamaEmbeddingEngine.Open(model, new LlamaEmbeddingOptions
        {
            ContextLength = options.ContextLength,
            BatchTokens = options.BatchTokens,
            BatchTexts = options.BatchTexts,
            Threads = options.Threads,
            GpuLayers = options.GpuLayers,
        });
    }

    private Prepared Prepare(string text, long index)
    {
        InputText.Check(text, index);
        try
        {
            var tokens = engine.Tokenizer.EncodeFramed(text);
            return tokens.Length == 0 ? throw new InvalidTextException(InvalidTextReason.Empty, "The text has no tokens in this model's vocabulary.", index)
                : tokens.Length <= ContextLength ? new Prepared(text, tokens, false)
                : options.LongTexts == LongTextPolicy.Truncate ? new Prepared(text, Cut(text, tokens), true)
                : throw new InvalidTextException(
                    InvalidTextReason.TooLong, $"The text has {tokens.Length} tokens, the model takes {ContextLength}. Shorten it, split it, or let it be truncated.", index);
        }
        catch (ObjectDisposedException)
        {
            throw new RuntimeStoppedException();
        }
    }

    // A token that the vocabulary puts behind every text, such as [SEP], stays there.
    private int[] Cut(string text, int[] tokens)
    {
        var plain = engine.Tokenizer.Encode(text);
        var kept = tokens[..ContextLength];
        if (tokens.Length > plain.Length && (plain.Length == 0 || tokens[^1] != plain[^1]))
        {
            kept[^1] = tokens[^1];
        }

        return kept;
    }

    private async Task<EmbeddedText[]> ComputeAsync(List<Prepared> texts, CancellationToken ct)
    {
        var vectors = new float[texts.Count * Dimensions];
        for (var first = 0; first < texts.Count;)
        {
            // A turn is a pass, so that a short request need not wait for the end of a long one.
            var (from, count, tokens) = (first, 1, texts[first].Tokens.Length);
            while (first + count < texts.Count && count < options.BatchTexts && tokens + texts[first + count].Tokens.Length <= options.BatchTokens)
            {
                tokens += texts[first + count++].Tokens.Length;
            }

            var pass = texts.GetRange(from, count).ConvertAll(text => text.Tokens);
            await InTurnAsync(() => engine.Embed(pass, Pooling, vectors.AsSpan(from * Dimensions, pass.Count * Dimensions), options.Deterministic, ct), ct).ConfigureAwait(false);
            first += count;
        }

        var results = new EmbeddedText[texts.Count];
        for (var i = 0; i < results.Length; i++)
        {
            var vector = vectors.AsMemory(i * Dimensions, Dimensions);
            if (options.Normalize)
            {
                Normalize(vector.Span);
            }

            results[i] = new EmbeddedText(texts[i].Text, vector, texts[i].Tokens.Length, texts[i].IsTruncated);
        }

        return results;
    }

    private static void Normalize(Span<float> vector)
    {
        var length = TensorPrimitives.Norm<float>(vector);
        if (length > 0)
        {
            TensorPrimitives.Divide(vector, length, vector);
        }
    }

    private async Task InTurnAsync(Action compute, CancellationToken ct)
    {
        await turn.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            await Task.Run(compute, CancellationToken.None).ConfigureAwait(false);
            Interlocked.Increment(ref evaluations);
        }
        catch (ObjectDisposedException)
        {
            throw new RuntimeStoppedException();
        }
        finally
        {
            turn.Release();
        }
    }

    private readonly record struct Prepared(string Text, int[] Tokens, bool IsTruncated);
}
