namespace SlmEdge.Datasets.Statistics;

/// <summary>How many tokens a language takes.</summary>
/// <param name="Language">The language as guessed, <c>und</c> where none could be told.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Words">Its words: runs of letters and digits between white space.</param>
/// <param name="Tokens">Its tokens (characters without a tokenizer).</param>
public sealed record LanguageStatistics(string Language, long Rows, long Words, long Tokens)
{
    /// <summary>Tokens per word; what a vocabulary made for another language costs.</summary>
    public double TokensPerWord => Words == 0 ? 0 : (double)Tokens / Words;
}
