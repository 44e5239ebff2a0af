using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Whether gradients with respect to this tensor are recorded.</summary>
        public bool requires_grad
        {
            get => SlmTorch.TensorRequiresGrad(Handle) != 0;
            set => SlmTorch.Check(SlmTorch.TensorSetRequiresGrad(Handle, value ? 1 : 0));
        }

        /// <summary>Whether the tensor was not computed from tensors that require gradients.</summary>
        public bool is_leaf => SlmTorch.TensorIsLeaf(Handle) != 0;

        /// <summary>
        /// The gradient that backward passes accumulated in this leaf, or null. Each read gives a new handle of the same
        /// tensor, which the current scope owns.
        /// </summary>
        public unsafe Tensor? grad
        {
            get
            {
                nint result;
                SlmTorch.Check(SlmTorch.TensorGrad(Handle, &result));
                GC.KeepAlive(this);
                return result == 0 ? null : new Tensor(result);
            }

            set
            {
                SlmTorch.Check(SlmTorch.TensorSetGrad(Handle, value is null ? 0 : value.Handle));
                GC.KeepAlive(value);
            }
        }

        /// <summary>Sets <see cref="requires_grad"/> and returns the tensor.</summary>
        public Tensor requires_grad_(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        /// <summary>Sets <see cref="requires_grad"/> and returns the tensor.</summary>
        public Tensor with_requires_grad(bool requires_grad = true) => requires_grad_(requires_grad);

        /// <summary>Makes a backward pass keep the gradient of this tensor although it is not a leaf.</summary>
        public void retain_grad() => SlmTorch.Check(SlmTorch.TensorRetainGrad(Handle));

        /// <summary>The same memory outside the graph.</summary>
        public Tensor detach() => Aten.Detach.Call(this);

        /// <summary>Takes this tensor out of the graph.</summary>
        public Tensor detach_() => Aten.DetachInPlace.CallInPlace(this);

        /// <summary>Accumulates the gradients of this tensor of one element in the leaves of its graph.</summary>
        public void backward() => autograd.backward([this]);

        /// <summary>Accumulates gradients in the leaves of the graph, or in <paramref name="inputs"/> only.</summary>
        public void backward(IList<Tensor>? grad_tensors = null, bool retain_graph = false, bool create_graph = false, IList<Tensor>? inputs = null) =>
            autograd.backward([this], grad_tensors, retain_graph, create_graph, inputs);
    }
}
