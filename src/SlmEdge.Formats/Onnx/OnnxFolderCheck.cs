using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Formats.Onnx;

/// <summary>What has to hold between the files of an ONNX folder, beyond each by itself: the model that the settings name is there, and the tokenizer is not larger than it.</summary>
public static class OnnxFolderCheck
{
    /// <summary>The settings that ONNX Runtime GenAI keeps beside a decoder.</summary>
    public const string SettingsName = "genai_config.json";

    private const string TokenizerName = "tokenizer.gguf";
    private const string TokensKey = "tokenizer.ggml.tokens";
    private const long MaxSettingsBytes = 1 << 20;
    private const int MaxVocabulary = 1 << 24;

    /// <summary>Checks a folder.</summary>
    /// <param name="folder">The folder; its model and tokenizer were checked by themselves.</param>
    /// <exception cref="ModelFormatException">The settings are damaged, or name what is not there, or the tokenizer has more tokens than the model.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static void Check(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string path = Path.Combine(folder, SettingsName);
        var root = new JsonFields(BoundedJson.ReadFile(path, MaxSettingsBytes), path);
        JsonFields model = root.Object("model") ?? throw root.Wrong("model", "is missing");
        int size = model.RequiredInteger("vocab_size", 1, MaxVocabulary);
        JsonFields decoder = model.Object("decoder") ?? throw model.Wrong("decoder", "is missing");
        if (decoder.String("filename") is not { } file || Path.GetFileName(file) != file || !File.Exists(Path.Combine(folder, file)))
        {
            throw decoder.Wrong("filename", "has to name a file of this folder");
        }

        string tokenizer = Path.Combine(folder, TokenizerName);
        if (!File.Exists(tokenizer))
        {
            return;
        }

        // A token beyond the embedding's rows would be read from outside of it.
        using GgufFile vocabulary = GgufFile.Open(tokenizer);
        if (vocabulary.Metadata.TryGetValue(TokensKey, out GgufValue? tokens) && tokens.Count > size)
        {
            throw model.Wrong("vocab_size", $"is {size}, but '{TokenizerName}' has {tokens.Count} tokens; export the folder again");
        }
    }
}
