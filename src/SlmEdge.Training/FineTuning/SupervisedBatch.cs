using SlmEdge.Training.Packing;

namespace SlmEdge.Training.FineTuning;

/// <summary>A pack of examples with the positions that are supervised and their targets.</summary>
internal sealed class SupervisedBatch
{
    private SupervisedBatch(IReadOnlyList<SupervisedExample> examples)
    {
        Examples = examples;
        Pack = new PackedSequences([.. examples.Select(e => e.Tokens)]);
        var count = examples.Sum(e => e.Answer.Length);
        Positions = new long[count];
        Targets = new long[count];
        var next = 0;
        for (var i = 0; i < examples.Count; i++)
        {
            var example = examples[i];
            for (var a = 0; a < example.Answer.Length; a++)
            {
                // Tokens ends before the last answer token, so the first answer token is predicted Answer.Length - 1 places before the end.
                Positions[next] = Pack.Offsets[i] + example.AnswerStart + a;
                Targets[next++] = example.Answer[a];
            }
        }
    }

    public IReadOnlyList<SupervisedExample> Examples { get; }

    public PackedSequences Pack { get; }

    /// <summary>Rows of the pack at which a token is predicted.</summary>
    public long[] Positions { get; }

    /// <summary>The token to predict at each of <see cref="Positions"/>.</summary>
    public long[] Targets { get; }

    /// <summary>Cuts a list of examples into packs of at most <paramref name="maxTokens"/> tokens (one example may exceed it alone).</summary>
    public static IEnumerable<SupervisedBatch> Split(IEnumerable<SupervisedExample> examples, int maxTokens)
    {
        var current = new List<SupervisedExample>();
        var tokens = 0;
        foreach (var example in examples)
        {
            if (current.Count > 0 && tokens + example.Tokens.Length > maxTokens)
            {
                yield return new SupervisedBatch(current);
                current = [];
                tokens = 0;
            }

            current.Add(example);
            tokens += example.Tokens.Length;
        }

        if (current.Count > 0)
        {
            yield return new SupervisedBatch(current);
        }
    }
}
