namespace SlmEdge.Engines.LlamaCpp.Generation;

/// <summary>Why a continuation ended.</summary>
public enum GenerationEnd
{
    /// <summary>The model ended its answer.</summary>
    EndOfAnswer,

    /// <summary>One of the request's stop texts was written.</summary>
    StopText,

    /// <summary>The limit of tokens or the context was reached: the text is cut off.</summary>
    Length,
}
