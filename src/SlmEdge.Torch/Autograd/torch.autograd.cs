using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Reverse-mode automatic differentiation.</summary>
    public static partial class autograd
    {
        /// <summary>The gradients of the sum of outputs with respect to inputs; leaves are not touched.</summary>
        /// <param name="outputs">What is differentiated.</param>
        /// <param name="inputs">With respect to what.</param>
        /// <param name="grad_outputs">The vector in the vector-Jacobian product, one for each output; may be absent for outputs of one element.</param>
        /// <param name="retain_graph">Whether the graph can be used again.</param>
        /// <param name="create_graph">Whether the result can be differentiated again.</param>
        /// <param name="allow_unused">Whether inputs on which no output depends are allowed; their gradient is null.</param>
        public static unsafe IList<Tensor> grad(
            IList<Tensor> outputs,
            IList<Tensor> inputs,
            IList<Tensor>? grad_outputs = null,
            bool retain_graph = false,
            bool create_graph = false,
            bool allow_unused = false)
        {
            var heads = SlmTorch.Handles(outputs);
            var leaves = SlmTorch.Handles(inputs);
            var vectors = SlmTorch.Handles(grad_outputs);
            var results = new nint[leaves.Length];
            fixed (nint* outputsPointer = heads, inputsPointer = leaves, gradients = vectors, found = results)
            {
                SlmTorch.Check(SlmTorch.Grad(
                    outputsPointer,
                    heads.Length,
                    inputsPointer,
                    leaves.Length,
                    gradients,
                    vectors.Length,
                    retain_graph || create_graph ? 1 : 0,
                    create_graph ? 1 : 0,
                    allow_unused ? 1 : 0,
                    found));
            }

            GC.KeepAlive(outputs);
            GC.KeepAlive(inputs);
            GC.KeepAlive(grad_outputs);
            return [.. results.Select(handle => handle == 0 ? null! : new Tensor(handle))];
        }

        /// <summary>Accumulates the gradients of tensors in the leaves of their graphs, or in <paramref name="inputs"/> only.</summary>
        public static unsafe void backward(
            IList<Tensor> tensors,
            IList<Tensor>? grad_tensors = null,
            bool? retain_graph = null,
            bool create_graph = false,
            IList<Tensor>? inputs = null)
        {
            var heads = SlmTorch.Handles(tensors);
            var vectors = SlmTorch.Handles(grad_tensors);
            var leaves = SlmTorch.Handles(inputs);
            fixed (nint* headsPointer = heads, gradients = vectors, leavesPointer = leaves)
            {
                SlmTorch.Check(SlmTorch.Backward(
                    headsPointer,
                    heads.Length,
                    gradients,
                    vectors.Length,
                    retain_graph ?? create_graph ? 1 : 0,
                    create_graph ? 1 : 0,
                    leavesPointer,
                    leaves.Length));
            }

            GC.KeepAlive(tensors);
            GC.KeepAlive(grad_tensors);
            GC.KeepAlive(inputs);
        }

        /// <summary>Accumulates the gradients of a tensor in the leaves of its graph, or in <paramref name="inputs"/> only.</summary>
        public static void backward(
            Tensor tensor, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null) =>
            backward([tensor], grad_tensors, retain_graph, create_graph, inputs);
    }
}
