using System.Text;

namespace SlmEdge.Formats.HuggingFace;

/// <summary>The chat template of a model folder: <c>chat_template.jinja</c>, or the one in <c>tokenizer_config.json</c>.</summary>
public static class ChatTemplateFile
{
    private const string FileName = "chat_template.jinja";

    /// <summary>Reads the template; null when the folder has none.</summary>
    /// <exception cref="ModelFormatException">The template is not UTF-8, or <c>tokenizer_config.json</c> is malformed.</exception>
    public static string? Load(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        string path = Path.Combine(directory, FileName);
        if (!File.Exists(path))
        {
            return TokenizerConfig.Load(directory)?.ChatTemplate;
        }

        byte[] bytes = BoundedJson.ReadBytes(path, ModelFolder.MaxConfigurationBytes);
        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException exception)
        {
            throw new ModelFormatException("the template is not valid UTF-8", path, inner: exception);
        }
    }
}
