using SlmEdge.Engines.OnnxRuntime.Native;

namespace SlmEdge.Engines.OnnxRuntime.Evaluation;

/// <summary>What one evaluation gave: logits and the keys and values of everything so far.</summary>
internal sealed class OnnxStep : IDisposable
{
    private readonly OrtTensor[] tensors;
    private readonly int sequence;
    private readonly int vocabularySize;

    /// <param name="tensors">Logits <c>[batch, sequence, vocabulary]</c>, then key and value of each layer.</param>
    /// <param name="batch">Rows.</param>
    /// <param name="sequence">Tokens evaluated per row.</param>
    /// <param name="total">Tokens so far: the length of the keys and values, padding included.</param>
    /// <param name="vocabularySize">Length of a row of logits.</param>
    internal OnnxStep(OrtTensor[] tensors, int batch, int sequence, int total, int vocabularySize)
    {
        this.tensors = tensors;
        this.sequence = sequence;
        this.vocabularySize = vocabularySize;
        Batch = batch;
        Total = total;
    }

    internal int Batch { get; }

    internal int Total { get; }

    /// <summary>Key and value of each layer, each <c>[batch, heads, total, head size]</c>.</summary>
    internal ReadOnlySpan<OrtTensor> Present => tensors.AsSpan(1);

    /// <summary>The logits after a token.</summary>
    internal ReadOnlySpan<float> GetLogits(int row, int position) =>
        GetAllLogits().Slice(((row * sequence) + position) * vocabularySize, vocabularySize);

    /// <summary>All logits, <c>[batch, sequence, vocabulary]</c>.</summary>
    internal ReadOnlySpan<float> GetAllLogits() => tensors[0].GetFloats(checked(Batch * sequence * vocabularySize));

    /// <summary>Gives the logits' memory back; keys and values stay.</summary>
    internal void ReleaseLogits() => tensors[0].Dispose();

    public void Dispose()
    {
        foreach (var tensor in tensors)
        {
            tensor.Dispose();
        }
    }
}
