using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            private const long NoIndexIgnored = -100;

            /// <summary>−ln softmax(input)[target]; input <c>[rows, classes]</c>, target <c>[rows]</c> of 64-bit integers, or probabilities.</summary>
            public static Tensor cross_entropy(
                Tensor input,
                Tensor target,
                Tensor? weight = null,
                long ignore_index = -100,
                Reduction reduction = Reduction.Mean,
                double label_smoothing = 0.0) =>
                Aten.CrossEntropyLoss.Call(input, target, weight, (long)reduction, ignore_index, label_smoothing);

            /// <summary>−input[target]; input <c>[rows, classes]</c> of log-probabilities, target <c>[rows]</c> of 64-bit integers.</summary>
            public static Tensor nll_loss(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean) =>
                Aten.NllLossNd.Call(input, target, weight, (long)reduction, NoIndexIgnored);

            /// <summary>(input − target)².</summary>
            public static Tensor mse_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) =>
                Aten.MseLoss.Call(input, target, (long)reduction);

            /// <summary>The Kullback-Leibler divergence, element by element: <c>target · (ln target − input)</c>; input in logarithms.</summary>
            /// <remarks>The mean is over all elements; divide the sum by the number of rows for the mean divergence.</remarks>
            public static Tensor kl_div(Tensor input, Tensor target, bool log_target = true, Reduction reduction = Reduction.Mean) =>
                Aten.KlDiv.Call(input, target, (long)reduction, log_target);

            /// <summary>−(y ln σ(x) + (1 − y) ln(1 − σ(x))).</summary>
            public static Tensor binary_cross_entropy_with_logits(
                Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean, Tensor? pos_weights = null) =>
                Aten.BinaryCrossEntropyWithLogits.Call(input, target, weight, pos_weights, (long)reduction);
        }
    }
}
