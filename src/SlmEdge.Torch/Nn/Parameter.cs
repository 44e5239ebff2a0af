namespace TorchSharp.Modules
{
    /// <summary>A tensor that training changes.</summary>
    public class Parameter : torch.Tensor
    {
        /// <summary>Takes over a tensor, which becomes invalid; the scope that owned it owns the parameter.</summary>
        public Parameter(torch.Tensor data, bool requires_grad = true)
            : base(data.with_requires_grad(requires_grad), takeOver: true)
        {
        }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>Takes over a tensor as a parameter; the tensor becomes invalid.</summary>
            public static Modules.Parameter Parameter(Tensor data, bool requires_grad = true) => new(data, requires_grad);
        }
    }
}
