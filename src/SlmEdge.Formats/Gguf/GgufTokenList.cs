namespace SlmEdge.Formats.Gguf;

/// <summary>The tokens of a vocabulary as GGUF's parallel arrays.</summary>
internal sealed class GgufTokenList
{
    public const int NormalToken = 1;
    public const int ControlToken = 3;
    public const int UserDefinedToken = 4;
    public const int UnusedToken = 5;
    public const int ByteToken = 6;

    /// <param name="count">How many tokens; all begin as unused, as the rows of an embedding that has more than the tokenizer.</param>
    /// <param name="scored">Whether tokens have scores.</param>
    public GgufTokenList(int count, bool scored)
    {
        // Texts and score as llama.cpp's converter has them.
        Texts = [.. Enumerable.Range(0, count).Select(id => $"[PAD{id}]")];
        Types = new int[count];
        Types.AsSpan().Fill(UnusedToken);
        Scores = scored ? new float[count] : null;
        Scores?.AsSpan().Fill(-10000);
    }

    public string[] Texts { get; }

    public int[] Types { get; }

    public float[]? Scores { get; }

    public void Set(int id, string text, int type, float score = 0)
    {
        Texts[id] = text;
        Types[id] = type;
        Scores?[id] = score;
    }

    /// <summary>Ends with an error where libllama would end the process.</summary>
    public void Check()
    {
        var seen = new HashSet<string>(Texts.Length, StringComparer.Ordinal);
        for (int id = 0; id < Texts.Length; id++)
        {
            if (Texts[id].Length == 0 || Texts[id].Contains('\0', StringComparison.Ordinal) || !seen.Add(Texts[id]))
            {
                throw new ModelFormatException($"the token {id} ('{Texts[id]}') is empty, holds a zero, or has the text of another token; libllama cannot load such a vocabulary", element: "model.vocab");
            }
        }
    }
}
