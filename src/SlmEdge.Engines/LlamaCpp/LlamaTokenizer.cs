using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using SlmEdge.Engines.LlamaCpp.Native;
using SlmEdge.Tasks.Constraints;
using SlmEdge.Tasks.Tokenization;

namespace SlmEdge.Engines.LlamaCpp;

/// <summary>
/// A vocabulary evaluated by libllama: byte-level BPE or SentencePiece, as the GGUF file says. Safe to use from
/// several threads at once.
/// </summary>
/// <remarks>
/// Decoding concatenates the bytes of the pieces, so for a byte-level vocabulary decode(encode(x)) = x, or the composed x where the
/// tokenizer composes text (see docs/export.md). A SentencePiece vocabulary that puts a space in front of the text gives that space back.
/// </remarks>
public sealed class LlamaTokenizer : ITokenizer, IDisposable
{
    private readonly SafeLlamaModelHandle model;
    private readonly nint vocab;
    private readonly int eos;
    private readonly TextPreparation preparation;

    // All pieces one after the other: piece i is pieceBytes[pieceOffsets[i]..pieceOffsets[i + 1]].
    private readonly byte[] pieceBytes;
    private readonly int[] pieceOffsets;
    private int disposed;

    // Calls under way, and one for this object itself: the last to go releases the model, so that a disposal on one
    // thread cannot pull the vocabulary from under another.
    private int users = 1;

    internal LlamaTokenizer(SafeLlamaModelHandle model, string source)
    {
        this.model = model;
        vocab = LlamaNative.llama_model_get_vocab(model);
        VocabularySize = LlamaNative.llama_vocab_n_tokens(vocab);
        if (VocabularySize <= 0)
        {
            throw new EngineException($"The model '{source}' has no vocabulary; convert it with its tokenizer.");
        }

        var bos = LlamaNative.llama_vocab_bos(vocab);
        BosTokenId = bos >= 0 ? bos : null;
        AddBos = BosTokenId is not null && LlamaNative.llama_vocab_get_add_bos(vocab);
        eos = LlamaNative.llama_vocab_eos(vocab);
        (pieceBytes, pieceOffsets) = ReadPieces();
        ChatTemplate = Marshal.PtrToStringUTF8(LlamaNative.llama_model_chat_template(model, null));
        preparation = TextPreparation.Of(model, GetTokenText, VocabularySize);
        var referenced = false;
        model.DangerousAddRef(ref referenced);
    }

    /// <summary>The chat template (Jinja) that the file carries, or null.</summary>
    public string? ChatTemplate { get; }

    /// <summary>libllama's vocabulary, as long as this object is not disposed.</summary>
    internal nint Vocabulary => vocab;

    /// <inheritdoc/>
    public int VocabularySize { get; }

    /// <inheritdoc/>
    public int? BosTokenId { get; }

    /// <inheritdoc/>
    /// <exception cref="EngineException">The vocabulary names none.</exception>
    public int EosTokenId => eos >= 0
        ? eos
        : throw new EngineException("The vocabulary names no end-of-sequence token (tokenizer.ggml.eos_token_id).");

    /// <inheritdoc/>
    public bool AddBos { get; }

    /// <summary>Opens the vocabulary of a GGUF file; weights, if there are any, are not read.</summary>
    /// <param name="ggufPath">A model or a file with the vocabulary only.</param>
    /// <exception cref="EngineException">The file is missing or llama.cpp refuses its vocabulary.</exception>
    /// <exception cref="SlmEdge.Formats.ModelFormatException">The file is damaged: it never reaches llama.cpp.</exception>
    /// <exception cref="SlmEdge.Engines.Native.NativeLibraryMissingException">llama.cpp is not installed.</exception>
    public static LlamaTokenizer Open(string ggufPath)
    {
        VerifiedGguf.Check(ggufPath);
        LlamaBackend.EnsureLoaded();
        var parameters = LlamaNative.llama_model_default_params();
        parameters.VocabOnly = 1;
        parameters.NGpuLayers = 0;
        using var model = SafeLlamaModelHandle.Load(ggufPath, parameters);
        return new LlamaTokenizer(model, ggufPath);
    }

    /// <inheritdoc/>
    public int[] Encode(string text, bool parseSpecial = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = preparation.Apply(text, parseSpecial);
        var utf8 = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            var length = Encoding.UTF8.GetBytes(text, utf8);
            var tokens = ArrayPool<int>.Shared.Rent(Math.Max(16, length));
            try
            {
                var count = EncodeInto(utf8.AsSpan(0, length), tokens, parseSpecial);
                if (count < 0)
                {
                    ArrayPool<int>.Shared.Return(tokens);
                    tokens = ArrayPool<int>.Shared.Rent(-count);
                    count = EncodeInto(utf8.AsSpan(0, length), tokens, parseSpecial);
                }

                return tokens.AsSpan(0, count).ToArray();
            }
            finally
            {
                ArrayPool<int>.Shared.Return(tokens);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(utf8);
        }
    }

    /// <summary>Encodes UTF-8, without allocating where the text needs no preparation: for bulk work such as tokenising a corpus.</summary>
    /// <param name="utf8">Valid UTF-8; empty gives no tokens.</param>
    /// <param name="buffer">Receives the tokens; replaced by a larger one when it is too small.</param>
    /// <param name="parseSpecial">Whether the text of control tokens becomes those tokens. Never true for text of users.</param>
    /// <returns>How many tokens stand in <paramref name="buffer"/>.</returns>
    public int Encode(ReadOnlySpan<byte> utf8, ref int[] buffer, bool parseSpecial = false)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        if (preparation.Concerns(utf8, parseSpecial))
        {
            utf8 = Encoding.UTF8.GetBytes(preparation.Apply(Encoding.UTF8.GetString(utf8), parseSpecial));
        }

        var count = EncodeInto(utf8, buffer, parseSpecial);
        if (count < 0)
        {
            buffer = new int[Math.Max(-count, buffer.Length * 2)];
            count = EncodeInto(utf8, buffer, parseSpecial);
        }

        return count;
    }

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> tokens)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Math.Max(16, MeasureBytes(tokens)));
        try
        {
            return Encoding.UTF8.GetString(bytes, 0, CopyBytes(tokens, bytes));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>Decodes tokens to their exact bytes, which may end within a UTF-8 character.</summary>
    public byte[] DecodeBytes(ReadOnlySpan<int> tokens)
    {
        var bytes = new byte[MeasureBytes(tokens)];
        CopyBytes(tokens, bytes);
        return bytes;
    }

    /// <summary>The bytes of one token; control tokens give their text.</summary>
    public ReadOnlySpan<byte> GetTokenBytes(int id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, VocabularySize);
        return pieceBytes.AsSpan(pieceOffsets[id]..pieceOffsets[id + 1]);
    }

    /// <inheritdoc/>
    public string GetTokenText(int id) => Encoding.UTF8.GetString(GetTokenBytes(id));

    /// <inheritdoc/>
    public int? FindSingleToken(string text)
    {
        var tokens = Encode(text);
        return tokens.Length == 1 ? tokens[0] : null;
    }

    /// <summary>Whether a token ends a generation: end of sequence, of turn or of message.</summary>
    public bool IsEndOfGeneration(int id)
    {
        Enter();
        try
        {
            return LlamaNative.llama_vocab_is_eog(vocab, id);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>The tokens that stand for text, by their bytes: what constrained writing chooses from. Control tokens are not among them.</summary>
    public VocabularyTrie CreateVocabularyTrie()
    {
        // LLAMA_TOKEN_ATTR_UNKNOWN, _UNUSED and _CONTROL.
        const int NoText = 1 | 2 | 8;
        Enter();
        try
        {
            return new VocabularyTrie(VocabularySize, token => (LlamaNative.llama_vocab_get_attr(vocab, token) & NoText) == 0 ? GetTokenBytes(token) : []);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Releases the vocabulary; a model that uses it too stays loaded.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0)
        {
            Leave();
        }
    }

    private void Enter()
    {
        var now = Volatile.Read(ref users);
        while (true)
        {
            ObjectDisposedException.ThrowIf(now == 0 || Volatile.Read(ref disposed) != 0, this);
            var seen = Interlocked.CompareExchange(ref users, now + 1, now);
            if (seen == now)
            {
                return;
            }

            now = seen;
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref users) == 0)
        {
            model.DangerousRelease();
        }
    }

    /// <summary>Encodes a text between the tokens that the vocabulary puts around every text, such as [CLS] and [SEP]: what an embedding model was trained on.</summary>
    /// <param name="text">The text; what looks like control tokens in it stays text.</param>
    public int[] EncodeFramed(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var utf8 = Encoding.UTF8.GetBytes(preparation.Apply(text, parseSpecial: false));
        var tokens = ArrayPool<int>.Shared.Rent(utf8.Length + 8);
        try
        {
            var count = EncodeInto(utf8, tokens, parseSpecial: false, addSpecial: true);
            if (count < 0)
            {
                ArrayPool<int>.Shared.Return(tokens);
                tokens = ArrayPool<int>.Shared.Rent(-count);
                count = EncodeInto(utf8, tokens, parseSpecial: false, addSpecial: true);
            }

            return tokens.AsSpan(0, count).ToArray();
        }
        finally
        {
            ArrayPool<int>.Shared.Return(tokens);
        }
    }

    private unsafe int EncodeInto(ReadOnlySpan<byte> utf8, Span<int> tokens, bool parseSpecial, bool addSpecial = false)
    {
        Enter();
        try
        {
            if (utf8.IsEmpty)
            {
                return 0;
            }

            fixed (byte* text = utf8)
            fixed (int* output = tokens)
            {
                var count = LlamaNative.llama_tokenize(vocab, text, utf8.Length, output, tokens.Length, addSpecial, parseSpecial);
                return count != int.MinValue
                    ? count
                    : throw new EngineException($"A text of {utf8.Length} bytes gives more tokens than can be counted; split it.");
            }
        }
        finally
        {
            Leave();
        }
    }

    private int MeasureBytes(ReadOnlySpan<int> tokens)
    {
        var total = 0;
        foreach (var token in tokens)
        {
            total = checked(total + GetTokenBytes(token).Length);
        }

        return total;
    }

    private int CopyBytes(ReadOnlySpan<int> tokens, Span<byte> bytes)
    {
        var written = 0;
        foreach (var token in tokens)
        {
            var piece = GetTokenBytes(token);
            piece.CopyTo(bytes[written..]);
            written += piece.Length;
        }

        return written;
    }

    // Read once: decoding then needs no native call and no lock.
    private unsafe (byte[] Bytes, int[] Offsets) ReadPieces()
    {
        var bytes = new ArrayBufferWriter<byte>(VocabularySize * 8);
        var offsets = new int[VocabularySize + 1];
        for (var id = 0; id < VocabularySize; id++)
        {
            var length = Read(id, bytes.GetSpan(256));
            if (length < 0)
            {
                length = Read(id, bytes.GetSpan(-length));
            }

            bytes.Advance(length);
            offsets[id + 1] = bytes.WrittenCount;
        }

        return (bytes.WrittenSpan.ToArray(), offsets);

        int Read(int id, Span<byte> target)
        {
            fixed (byte* pointer = target)
            {
                return LlamaNative.llama_token_to_piece(vocab, id, pointer, target.Length, leftStrip: 0, special: true);
            }
        }
    }
}
