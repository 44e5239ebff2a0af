using SlmEdge.Tasks.Constraints;

namespace SlmEdge.Tasks.Tests.Constraints;

/// <summary>Writes a document by choosing at random among the tokens that a constraint leaves.</summary>
internal static class RandomWriter
{
    /// <summary>The bytes of a complete document.</summary>
    public static byte[] Write(DocumentConstraint constraint, TokenBytes bytes, int vocabularySize, int endToken, int budget, Random random)
    {
        ITokenConstraint document = constraint.Begin(budget);
        var text = new List<byte>();
        var logits = new float[vocabularySize];
        var left = new List<int>();
        for (int remaining = budget; !document.MustEnd; remaining--)
        {
            if (remaining == 0)
            {
                document.CanEnd.ShouldBeTrue("the budget ended within the document");
                break;
            }

            Array.Clear(logits);
            document.Apply(logits, remaining);
            left.Clear();
            for (int token = 0; token < logits.Length; token++)
            {
                if (logits[token] == 0)
                {
                    left.Add(token);
                }
            }

            left.Contains(endToken).ShouldBe(document.CanEnd);
            left.ShouldNotBeEmpty("no token was left");
            int chosen = left[random.Next(left.Count)];
            if (chosen == endToken)
            {
                break;
            }

            document.Accept(chosen);
            text.AddRange(bytes(chosen));
        }

        return [.. text];
    }
}
