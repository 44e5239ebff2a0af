using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Training.Models;

/// <summary>The chat template of a base, whichever form the base has.</summary>
public static class BaseChatTemplate
{
    /// <summary>Reads the template; null when the base has none.</summary>
    /// <param name="baseDirectory">A folder in Hugging Face's layout, or a GGUF file.</param>
    /// <exception cref="SlmEdge.Formats.ModelFormatException">The template cannot be read.</exception>
    public static string? Load(string baseDirectory) =>
        GgufBase.Is(baseDirectory) ? GgufBase.ChatTemplate(baseDirectory) : ChatTemplateFile.Load(baseDirectory);
}
