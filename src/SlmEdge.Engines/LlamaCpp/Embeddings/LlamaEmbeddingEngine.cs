using System.Numerics.Tensors;
using SlmEdge.Engines.LlamaCpp.Evaluation;
using SlmEdge.Engines.LlamaCpp.Native;
using SlmEdge.Engines.Native;

namespace SlmEdge.Engines.LlamaCpp.Embeddings;

/// <summary>
/// Vectors of texts by llama.cpp: the last hidden states (behind the final normalisation) of BERT models and of decoders, pooled here, so that every pooling works with
/// every model and reads only the rows that it needs.
/// </summary>
/// <remarks>Safe to call from several threads; the calls then wait for each other, between two passes.</remarks>
public sealed class LlamaEmbeddingEngine : IDisposable
{
    private const int PoolingNone = 0;

    // Those whose conditions in llama.cpp managed code checks before, and whose vectors are tested against another implementation or the trainer's families.
    private static readonly string[] Families = ["bert", "llama", "qwen2", "qwen3", "phi3", "gemma2", "gemma3", "stablelm", "mistral3"];

    private readonly Lock gate = new();
    private readonly LlamaEvaluator evaluator;
    private readonly bool wholeTexts;
    private readonly int batchTexts;
    private bool disposed;

    private LlamaEmbeddingEngine(SafeLlamaModelHandle model, VerifiedGguf checkedModel, LlamaEmbeddingOptions options)
    {
        Tokenizer = new LlamaTokenizer(model, checkedModel.Path);
        try
        {
            ContextLength = LlamaOpening.ContextLength(model, checkedModel.Path, options.ContextLength);
            Dimensions = LlamaNative.llama_model_n_embd_out(model);
            ModelPooling = checkedModel.Number("pooling_type") is >= (long)EmbeddingPooling.Mean and <= (long)EmbeddingPooling.Last and var type ? (EmbeddingPooling)type : null;
            wholeTexts = checkedModel.SeesBothWays;
            batchTexts = Math.Min(options.BatchTexts, (int)LlamaNative.llama_max_parallel_sequences());

            // Where tokens see later ones a text cannot be taken in parts, and llama.cpp ends the process when a pass has more tokens than it was told.
            // A decoder also computes logits, whose memory is bounded like the engine's.
            var passTokens = wholeTexts
                ? Math.Max(ContextLength, options.BatchTokens)
                : Math.Clamp(LlamaCppEngine.MaxLogits / Tokenizer.VocabularySize, 1, options.BatchTokens);
            var threads = LlamaOpening.Threads(options.Threads);
            evaluator = new LlamaEvaluator(CreateContext(model, options, ContextLength, passTokens, threads), Tokenizer.VocabularySize, passTokens, batchTexts);
            Info = LlamaOpening.Describe(threads, options.GpuLayers);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What computes.</summary>
    public EngineInfo Info { get; }

    /// <summary>The model's tokenizer; it lives as long as the engine.</summary>
    public LlamaTokenizer Tokenizer { get; }

    /// <summary>Tokens of the longest text, with those that the vocabulary puts around it.</summary>
    public int ContextLength { get; }

    /// <summary>Numbers of a vector.</summary>
    public int Dimensions { get; }

    /// <summary>The pooling that the model was trained with, where its file says so.</summary>
    public EmbeddingPooling? ModelPooling { get; }

    /// <summary>Loads a model.</summary>
    /// <param name="checkedModel">A GGUF file with weights and vocabulary: BERT or a decoder.</param>
    /// <param name="options">Context, batch and threads; null takes the defaults.</param>
    /// <exception cref="EngineException">The model is of another family, llama.cpp refuses it, or an option does not suit it.</exception>
    /// <exception cref="NativeLibraryMissingException">llama.cpp is not installed.</exception>
    public static LlamaEmbeddingEngine Open(VerifiedGguf checkedModel, LlamaEmbeddingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(checkedModel);
        options ??= new LlamaEmbeddingOptions();
        LlamaOpening.Check(options.ContextLength, options.Threads, options.BatchTokens);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchTexts, 1);
        if (!Families.Contains(checkedModel.Architecture))
        {
            throw new EngineException($"The model '{checkedModel.Path}' is of the family '{checkedModel.Architecture}'; texts are embedded with {string.Join(", ", Families)}.");
        }

        using var model = LlamaOpening.Load(checkedModel, options.GpuLayers, options.ContextLength);
        return new LlamaEmbeddingEngine(model, checkedModel, options);
    }

    /// <summary>Computes one vector for each text.</summary>
    /// <param name="texts">Their tokens, as <see cref="LlamaTokenizer.EncodeFramed"/> gives them; none empty or longer than the context.</param>
    /// <param name="pooling">How tokens' vectors become one.</param>
    /// <param name="vectors">[texts, <see cref="Dimensions"/>], as the model gives them: not of length 1.</param>
    /// <param name="alone">Whether each text has passes of its own, so that its vector is the same bits in any company.</param>
    /// <param name="ct">Looked at before every pass.</param>
    public void Embed(IReadOnlyList<int[]> texts, EmbeddingPooling pooling, Span<float> vectors, bool alone, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentOutOfRangeException.ThrowIfNotEqual(vectors.Length, texts.Count * Dimensions, nameof(vectors));
        foreach (var tokens in texts)
        {
            Check(tokens);
        }

        for (var first = 0; first < texts.Count;)
        {
            var (count, total) = (0, 0);
            do
            {
                total += texts[first + count].Length;
                count++;
            }
            while (!alone && first + count < texts.Count && count < batchTexts && total + texts[first + count].Length <= evaluator.Batch.Capacity);

            Guarded(texts, first, count, pooling, vectors.Slice(first * Dimensions, count * Dimensions), ct);
            first += count;
        }
    }

    /// <summary>The vector of every token of a text.</summary>
    /// <param name="tokens">Its tokens.</param>
    /// <param name="vectors">[tokens, <see cref="Dimensions"/>].</param>
    /// <param name="ct">Looked at before every pass.</param>
    public void EmbedTokens(int[] tokens, Span<float> vectors, CancellationToken ct = default)
    {
        Check(tokens);
        ArgumentOutOfRangeException.ThrowIfNotEqual(vectors.Length, tokens.Length * Dimensions, nameof(vectors));
        Guarded([tokens], 0, 1, pooling: null, vectors, ct);
    }

    /// <summary>Releases the model.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (!disposed)
            {
                disposed = true;
                evaluator?.Dispose();
                Tokenizer.Dispose();
            }
        }
    }

    private static SafeLlamaContextHandle CreateContext(SafeLlamaModelHandle model, LlamaEmbeddingOptions options, int contextLength, int passTokens, int threads)
    {
        var parameters = LlamaOpening.ContextParameters(threads, options.HalfPrecisionCache);
        parameters.NCtx = (uint)Math.Max(contextLength, passTokens);
        parameters.NBatch = (uint)passTokens;
        parameters.NUbatch = (uint)passTokens;
        parameters.NSeqMax = (uint)Math.Min(options.BatchTexts, (int)LlamaNative.llama_max_parallel_sequences());
        parameters.NOutputsMax = Math.Max((uint)passTokens, parameters.NSeqMax);
        parameters.Embeddings = 1;
        parameters.PoolingType = PoolingNone;
        return SafeLlamaContextHandle.Create(model, parameters);
    }

    private void Check(int[] tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        if (tokens.Length == 0 || tokens.Length > ContextLength)
        {
            throw new ArgumentException($"A text has {tokens.Length} tokens; 1 to {ContextLength} are possible.", nameof(tokens));
        }
    }

    private void Guarded(IReadOnlyList<int[]> texts, int first, int count, EmbeddingPooling? pooling, Span<float> vectors, CancellationToken ct)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            try
            {
                if (count == 1)
                {
                    One(texts[first], pooling, vectors, ct);
                }
                else
                {
                    Several(texts, first, count, pooling!.Value, vectors, ct);
                }
            }
            finally
            {
                evaluator.Reset();
            }
        }
    }

    // Texts that fit one pass together.
    private void Several(IReadOnlyList<int[]> texts, int first, int count, EmbeddingPooling pooling, Span<float> vectors, CancellationToken ct)
    {
        for (var i = 0; i < count; i++)
        {
            Add(texts[first + i], 0, texts[first + i].Length, sequence: i, pooling);
        }

        evaluator.Evaluate(ct);
        var start = 0;
        for (var i = 0; i < count; i++)
        {
            var length = texts[first + i].Length;
            Pool(start, 0, length, length, pooling, vectors.Slice(i * Dimensions, Dimensions));
            start += length;
        }
    }

    // One text, in parts where it is longer than a pass.
    private void One(int[] tokens, EmbeddingPooling? pooling, Span<float> vectors, CancellationToken ct)
    {
        for (var done = 0; done < tokens.Length;)
        {
            var part = Math.Min(tokens.Length - done, evaluator.Batch.Capacity);
            if (wholeTexts && part < tokens.Length)
            {
                throw new InvalidOperationException("A text of a model that sees both ways cannot be taken in parts.");
            }

            Add(tokens, done, part, sequence: 0, pooling);
            evaluator.Evaluate(ct);
            if (pooling is { } wanted)
            {
                Pool(0, done, part, tokens.Length, wanted, vectors);
            }
            else
            {
                for (var i = 0; i < part; i++)
                {
                    Row(i).CopyTo(vectors[((done + i) * Dimensions)..]);
                }
            }

            done += part;
        }
    }

    private void Add(int[] tokens, int from, int count, int sequence, EmbeddingPooling? pooling)
    {
        for (var i = from; i < from + count; i++)
        {
            var needed = pooling switch
            {
                EmbeddingPooling.Cls => i == 0,
                EmbeddingPooling.Last => i == tokens.Length - 1,
                _ => true,
            };
            evaluator.Batch.Add(tokens[i], i, sequence, 1, needed || wholeTexts);
        }
    }

    /// <summary>Takes the rows of one text's tokens in the pass.</summary>
    /// <param name="start">Where they begin in the pass.</param>
    /// <param name="from">The text's token that the first of them is.</param>
    /// <param name="count">How many they are.</param>
    /// <param name="length">Tokens of the text.</param>
    /// <param name="pooling">What is wanted of them.</param>
    /// <param name="vector">The text's vector, 0 before its first part.</param>
    private void Pool(int start, int from, int count, int length, EmbeddingPooling pooling, Span<float> vector)
    {
        switch (pooling)
        {
            case EmbeddingPooling.Cls when from == 0:
                Row(start).CopyTo(vector);
                break;
            case EmbeddingPooling.Last when from + count == length:
                Row(start + count - 1).CopyTo(vector);
                break;
            case EmbeddingPooling.Mean:
                if (from == 0)
                {
                    vector.Clear();
                }

                for (var i = 0; i < count; i++)
                {
                    TensorPrimitives.Add(vector, Row(start + i), vector);
                }

                if (from + count == length)
                {
                    TensorPrimitives.Divide(vector, length, vector);
                }

                break;
        }
    }

    private ReadOnlySpan<float> Row(int index) => evaluator.GetEmbedding(index, Dimensions);
}
