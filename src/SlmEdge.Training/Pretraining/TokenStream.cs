using System.Security.Cryptography;
using System.Runtime.InteropServices;
using SlmEdge.Tasks.Tokenization;

namespace SlmEdge.Training.Pretraining;

/// <summary>
/// A corpus as one run of tokens, each document opened by the end-of-text token, cut into rows of fixed length. A row may hold the end of one
/// document and the start of the next, as in GPT-2's training; the end-of-text token between them tells the model so.
/// </summary>
internal sealed class TokenStream
{
    private readonly int[] _tokens;

    private TokenStream(int[] tokens, long bytes)
    {
        _tokens = tokens;
        ByteLength = bytes;
    }

    public long TokenCount => _tokens.Length;

    /// <summary>Bytes of UTF-8 text behind the tokens.</summary>
    public long ByteLength { get; }

    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(_tokens.AsSpan())));

    public static TokenStream Encode(IEnumerable<string> documents, ITokenizer tokenizer, CancellationToken cancellationToken)
    {
        var tokens = new List<int>();
        long bytes = 0;
        foreach (var document in documents)
        {
            cancellationToken.ThrowIfCancellationRequested();
            bytes += System.Text.Encoding.UTF8.GetByteCount(document);
            tokens.Add(tokenizer.EosTokenId);
            tokens.AddRange(tokenizer.Encode(document));
        }

        return new TokenStream([.. tokens], bytes);
    }

    /// <summary>Number of rows of <paramref name="length"/> inputs whose last target is still in the stream.</summary>
    public int RowCount(int length) => (int)Math.Max(0, (_tokens.Length - 1) / (long)length);

    /// <summary>Inputs of a row.</summary>
    public int[] Inputs(int row, int length) => _tokens.AsSpan(row * length, length).ToArray();

    /// <summary>Targets of a row: the inputs moved on by one.</summary>
    public ReadOnlySpan<int> Targets(int row, int length) => _tokens.AsSpan((row * length) + 1, length);
}
