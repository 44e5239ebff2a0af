using System.Security.Cryptography;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Protobuf;

namespace SlmEdge.Formats.SentencePiece;

/// <summary>
/// A SentencePiece model (<c>tokenizer.model</c>): the fields of <c>ModelProto</c> that say how text becomes tokens. Field numbers are those of
/// <c>sentencepiece_model.proto</c> (Kudo and Richardson 2018).
/// </summary>
public sealed class SentencePieceModel
{
    internal const string FileName = "tokenizer.model";
    private const long MaxFileBytes = 64 << 20;
    private const int MaxPieces = 1 << 22;

    private readonly List<SentencePieceEntry> _pieces = [];
    private readonly byte[] _bytes;

    private SentencePieceModel(byte[] bytes, string file)
    {
        _bytes = bytes;
        WireReader model = new(bytes, file, 0);
        while (model.Next(out int field))
        {
            switch (field)
            {
                case 1:
                    ReadPiece(model.Message());
                    break;
                case 2:
                    ReadTrainer(model.Message());
                    break;
                case 3:
                    ReadNormalizer(model.Message());
                    break;
                default:
                    model.Skip();
                    break;
            }
        }

        if (_pieces.Count == 0)
        {
            throw new ModelFormatException("holds no pieces; this is not a SentencePiece model", file, "pieces");
        }
    }

    /// <summary>The pieces by token id.</summary>
    public IReadOnlyList<SentencePieceEntry> Pieces => _pieces;

    /// <summary>How pieces are found in a text.</summary>
    public SentencePieceAlgorithm Algorithm { get; private set; } = SentencePieceAlgorithm.Unigram;

    /// <summary>Whether characters without a piece become byte tokens rather than the unknown token.</summary>
    public bool ByteFallback { get; private set; }

    /// <summary>Whether a space is put before the text.</summary>
    public bool AddDummyPrefix { get; private set; } = true;

    /// <summary>Whether spaces at the ends go and runs of them become one.</summary>
    public bool RemoveExtraWhitespaces { get; private set; } = true;

    /// <summary>Whether the mark for a space stands at the end of a word rather than at its begin.</summary>
    public bool WhitespaceAsSuffix { get; private set; }

    /// <summary>Whether characters are replaced before the text is cut (NFKC and the like).</summary>
    public bool ReplacesCharacters { get; private set; }

    /// <summary>Name of the normaliser, <c>identity</c> where text is taken as it is.</summary>
    public string NormalizerName { get; private set; } = string.Empty;

    /// <summary>SHA-256 of the file's bytes, lower-case hexadecimal.</summary>
    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(_bytes));

    /// <summary>Reads a file.</summary>
    /// <param name="directoryOrFile">The model folder or the file.</param>
    /// <exception cref="ModelFormatException">The file is malformed or truncated, or is no SentencePiece model.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static SentencePieceModel Load(string directoryOrFile)
    {
        string path = ModelFolder.Resolve(directoryOrFile, FileName);
        return new SentencePieceModel(BoundedJson.ReadBytes(path, MaxFileBytes), path);
    }

    /// <summary>Parses the bytes of a model; <paramref name="name"/> is how errors call them.</summary>
    /// <exception cref="ModelFormatException">The bytes are malformed or truncated, or are no SentencePiece model.</exception>
    public static SentencePieceModel Parse(byte[] bytes, string name = FileName)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        return new SentencePieceModel([.. bytes], name);
    }

    private void ReadPiece(WireReader reader)
    {
        string text = string.Empty;
        float score = 0;
        var type = SentencePieceType.Normal;
        while (reader.Next(out int field))
        {
            switch (field)
            {
                case 1:
                    text = reader.Text();
                    break;
                case 2:
                    score = reader.Number();
                    break;
                case 3:
                    type = Value<SentencePieceType>(ref reader);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (text.Length == 0 || !float.IsFinite(score))
        {
            throw reader.Wrong($"the piece {_pieces.Count} is empty or has no finite score");
        }

        if (_pieces.Count == MaxPieces)
        {
            throw reader.Wrong($"there are more than {MaxPieces} pieces");
        }

        _pieces.Add(new SentencePieceEntry(text, score, type));
    }

    private void ReadTrainer(WireReader reader)
    {
        while (reader.Next(out int field))
        {
            switch (field)
            {
                case 3:
                    Algorithm = Value<SentencePieceAlgorithm>(ref reader);
                    break;
                case 24:
                    WhitespaceAsSuffix = reader.Integer() != 0;
                    break;
                case 35:
                    ByteFallback = reader.Integer() != 0;
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }

    private void ReadNormalizer(WireReader reader)
    {
        while (reader.Next(out int field))
        {
            switch (field)
            {
                case 1:
                    NormalizerName = reader.Text();
                    break;
                case 2:
                    ReplacesCharacters = reader.Bytes().Length > 0;
                    break;
                case 3:
                    AddDummyPrefix = reader.Integer() != 0;
                    break;
                case 4:
                    RemoveExtraWhitespaces = reader.Integer() != 0;
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }

    private static T Value<T>(ref WireReader reader)
        where T : struct, Enum
    {
        long value = reader.Integer();
        return value is >= 0 and <= 255 && Enum.ToObject(typeof(T), value) is T known && Enum.IsDefined(known)
            ? known
            : throw reader.Wrong($"{value} is no {typeof(T).Name}");
    }
}
