using SlmEdge.Training.Families;
using SlmEdge.Training.Packing;
using static TorchSharp.torch;

namespace SlmEdge.Training.Inference;

/// <summary>Greedy continuation on the training model. It evaluates the whole sequence for every token: meant for samples and proofs, not for service.</summary>
internal static class GreedyDecoder
{
    public static int[] Continue(DecoderModel model, ReadOnlySpan<int> prompt, int maxTokens, int endToken, CancellationToken cancellationToken = default)
    {
        using var guard = no_grad();
        var sequence = new List<int>(prompt.ToArray());
        for (var i = 0; i < maxTokens && sequence.Count < model.Config.ContextLength; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var hidden = model.Forward(new PackedSequences([[.. sequence]]));
            var next = (int)model.Logits(hidden.narrow(0, sequence.Count - 1, 1)).argmax(-1).item<long>();
            if (next == endToken)
            {
                break;
            }

            sequence.Add(next);
        }

        return [.. sequence.Skip(prompt.Length)];
    }
}
