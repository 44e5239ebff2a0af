using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Tasks.Tokenization;
using SlmEdge.Training.Models;

namespace SlmEdge.Training.Tokenization;

/// <summary>
/// The tokenizer of a model directory. It is converted to a GGUF vocabulary and read by libllama, so that training splits text with the very code that the
/// device runs.
/// </summary>
public sealed class BaseTokenizer : ITokenizer, IDisposable
{
    private readonly LlamaTokenizer _tokenizer;

    private BaseTokenizer(LlamaTokenizer tokenizer, string sha256)
    {
        _tokenizer = tokenizer;
        Sha256 = sha256;
    }

    /// <summary>SHA-256 of the tokenizer's definition.</summary>
    public string Sha256 { get; }

    /// <inheritdoc/>
    public int VocabularySize => _tokenizer.VocabularySize;

    /// <inheritdoc/>
    public int? BosTokenId => _tokenizer.BosTokenId;

    /// <inheritdoc/>
    public int EosTokenId => _tokenizer.EosTokenId;

    /// <inheritdoc/>
    public bool AddBos => _tokenizer.AddBos;

    /// <summary>Opens the tokenizer of a directory, in any layout that <see cref="HuggingFaceTokenizer"/> reads.</summary>
    /// <param name="directory">The directory, or a GGUF file, whose own vocabulary is taken.</param>
    /// <exception cref="SlmEdge.Formats.ModelFormatException">A file is malformed or of a kind that llama.cpp cannot tokenize.</exception>
    /// <exception cref="FileNotFoundException">The directory has no tokenizer.</exception>
    public static BaseTokenizer Open(string directory)
    {
        if (GgufBase.Is(directory))
        {
            return new BaseTokenizer(LlamaTokenizer.Open(directory), GgufBase.TokenizerHash(directory));
        }

        var definition = HuggingFaceTokenizer.Load(directory);
        var vocabulary = Path.Combine(Path.GetTempPath(), $"slmedge-vocabulary-{Guid.NewGuid():N}.gguf");
        try
        {
            GgufVocabulary.WriteVocabularyOnly(vocabulary, definition);
            return new BaseTokenizer(LlamaTokenizer.Open(vocabulary), definition.Sha256);
        }
        finally
        {
            File.Delete(vocabulary);
        }
    }

    /// <inheritdoc/>
    public int[] Encode(string text, bool parseSpecial = false) => _tokenizer.Encode(text, parseSpecial);

    /// <inheritdoc/>
    /// <remarks>Many models have embeddings for more tokens than the vocabulary has. Such tokens stand for no text, but a model may write one.</remarks>
    public string Decode(ReadOnlySpan<int> tokens) => _tokenizer.Decode([.. tokens.ToArray().Where(id => id < _tokenizer.VocabularySize)]);

    /// <inheritdoc/>
    public string GetTokenText(int id) => _tokenizer.GetTokenText(id);

    /// <inheritdoc/>
    public int? FindSingleToken(string text) => _tokenizer.FindSingleToken(text);

    /// <inheritdoc/>
    public void Dispose() => _tokenizer.Dispose();
}
