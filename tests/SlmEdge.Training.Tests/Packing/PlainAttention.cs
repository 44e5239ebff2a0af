using static TorchSharp.torch;

namespace SlmEdge.Training.Tests.Packing;

/// <summary>Attention of one sequence as the papers write it, head by head, with autograd throughout.</summary>
internal static class PlainAttention
{
    public static Tensor Attend(Tensor q, Tensor k, Tensor v, int headDim, double scale, int window, double softcap)
    {
        var length = (int)q.shape[0];
        var heads = (int)(q.shape[1] / headDim);
        var group = heads / (int)(k.shape[1] / headDim);
        var hidden = new bool[length * length];
        for (var i = 0; i < hidden.Length; i++)
        {
            var (query, key) = (i / length, i % length);
            hidden[i] = key > query || (window > 0 && query - key >= window);
        }

        var mask = tensor(hidden).view(length, length);
        var outputs = new Tensor[heads];
        for (var h = 0; h < heads; h++)
        {
            var scores = q.narrow(1, h * headDim, headDim).matmul(k.narrow(1, h / group * headDim, headDim).t()) * scale;
            if (softcap > 0)
            {
                scores = (scores / softcap).tanh() * softcap;
            }

            outputs[h] = softmax(scores.masked_fill(mask, double.NegativeInfinity), -1).matmul(v.narrow(1, h / group * headDim, headDim));
        }

        return cat(outputs, 1);
    }
}
