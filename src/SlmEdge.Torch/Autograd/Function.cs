using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class autograd
    {
        /// <summary>
        /// A function whose forward and backward are written in C#. Derive from <see cref="SingleTensorFunction{T}"/> or
        /// <see cref="MultiTensorFunction{T}"/> and call <c>apply</c>.
        /// </summary>
        /// <remarks>
        /// Forward runs without recording gradients. Arguments that are tensors belong to the graph, others do not.
        /// Backward returns one gradient for each argument, null where there is none; it runs in a dispose scope of its
        /// own, so that what it makes on the way is freed when it returns. An exception in either is thrown by the call
        /// of <c>apply</c> or <c>backward</c> that led to it.
        /// </remarks>
        public abstract class Function<T> : ICustomFunction
            where T : Function<T>, new()
        {
            internal static T Instance { get; } = new();

            /// <summary>The name of the function, for messages.</summary>
            public abstract string Name { get; }

            /// <summary>Calls forward and hangs the function into the graph.</summary>
            public static List<Tensor> apply_internal(params object[] vars) => FunctionCall.Apply(Instance, vars);

            List<Tensor> ICustomFunction.Forward(AutogradContext context, object[] arguments) => forward_internal(context, arguments);

            List<Tensor> ICustomFunction.Backward(AutogradContext context, List<Tensor> gradients) => backward_internal(context, gradients);

            internal abstract List<Tensor> forward_internal(AutogradContext ctx, params object[] vars);

            internal abstract List<Tensor> backward_internal(AutogradContext ctx, List<Tensor> grad_outputs);
        }
    }
}
