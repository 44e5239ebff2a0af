namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>What training does to parameters.</summary>
        public static partial class utils
        {
            // Added to the norm before the division, as PyTorch does.
            private const double ClipEpsilon = 1e-6;

            /// <summary>
            /// Scales the gradients of parameters in place so that their common norm is at most <paramref name="max_norm"/>.
            /// </summary>
            /// <returns>The norm before.</returns>
            public static double clip_grad_norm_(IEnumerable<Modules.Parameter> tensors, double max_norm, double norm_type = 2.0)
            {
                ArgumentNullException.ThrowIfNull(tensors);
                using var scope = NewDisposeScope();
                using var off = no_grad();
                var gradients = tensors.Select(tensor => tensor.grad).OfType<Tensor>().ToList();
                if (gradients.Count == 0)
                {
                    return 0;
                }

                var norms = stack(gradients.Select(gradient => gradient.norm((float)norm_type)));
                var total = (double.IsPositiveInfinity(norm_type) ? norms.max() : norms.norm((float)norm_type)).ToDouble();
                var scale = max_norm / (total + ClipEpsilon);
                if (scale < 1)
                {
                    foreach (var gradient in gradients)
                    {
                        gradient.mul_(scale);
                    }
                }

                return total;
            }
        }
    }
}
