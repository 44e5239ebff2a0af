namespace SlmEdge.Runtime.Generation;

/// <summary>A part of an answer that is being written.</summary>
/// <param name="Text">The next piece of the text: whole characters, never a part of a stop string. Empty in the last update.</param>
/// <param name="Result">The whole answer, in the last update only.</param>
public readonly record struct GenerationUpdate(string Text, GeneratedText? Result)
{
    /// <summary>
    /// The probabilities of the tokens whose text this piece brings, and in the last update of those that were left; <see langword="null"/> where
    /// <see cref="GenerationOptions.Logprobs"/> asks for none.
    /// </summary>
    public IReadOnlyList<TokenLogprob>? Logprobs { get; init; }
}
