namespace SlmEdge.Engines.LlamaCpp;

/// <summary>
/// Which of LongRoPE's divisors llama.cpp takes. It decides by the size of its memory, which holds a whole batch here and is far larger than any sequence may be;
/// a model that is opened for sequences within its original context would be computed with the divisors of longer ones.
/// </summary>
internal static class LongRopeContext
{
    /// <summary>The key by which llama.cpp is to be told of a larger original context, or null where it decides rightly.</summary>
    /// <param name="model">The model.</param>
    /// <param name="contextLength">Longest sequence that will be evaluated, in tokens; 0 for the model's context, at most <paramref name="limit"/>.</param>
    /// <param name="limit">Bound of the default.</param>
    public static string? KeyToRaise(VerifiedGguf model, int contextLength, int limit)
    {
        const string Original = "rope.scaling.original_context_length";
        if (!model.HasLongRope || model.Number(Original) is not { } original || model.Number("context_length") is not { } trained)
        {
            return null;
        }

        var longest = contextLength == 0 ? Math.Min(trained, limit) : contextLength;
        return longest <= original ? $"{model.Architecture}.{Original}" : null;
    }
}
