using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class autograd
    {
        /// <summary>What a custom function keeps between its forward and its backward.</summary>
        /// <remarks>Tensors can be saved and read only inside the two; other data at any time.</remarks>
        public class AutogradContext : IDisposable
        {
            private readonly Dictionary<string, object> _data = [];
            private nint _context;

            internal AutogradContext()
            {
            }

            /// <summary>Whether absent gradients of outputs come as zeros.</summary>
            public bool MaterializeGrads { get; private set; } = true;

            /// <summary>Keeps tensors for backward; at most once, inside forward. Null entries come back as null.</summary>
            public unsafe void save_for_backward(List<Tensor> tensors)
            {
                var handles = SlmTorch.Handles(tensors);
                fixed (nint* pointer = handles)
                {
                    SlmTorch.Check(SlmTorch.ContextSave(Native, pointer, handles.Length));
                }

                GC.KeepAlive(tensors);
            }

            /// <summary>The tensors kept for backward.</summary>
            /// <exception cref="System.Runtime.InteropServices.ExternalException">One of them was changed in place since, or the graph was freed.</exception>
            public unsafe List<Tensor> get_saved_variables()
            {
                nint* handles;
                long count;
                SlmTorch.Check(SlmTorch.ContextSaved(Native, &handles, &count));
                return [.. SlmTorch.TakeTensors(handles, count)];
            }

            /// <summary>Keeps any other object under a name.</summary>
            public void save_data(string key, object value) => _data[key] = value;

            /// <summary>The object kept under a name, or null.</summary>
            public object get_data(string key) => _data.GetValueOrDefault(key)!;

            /// <summary>Names the inputs that forward changed in place.</summary>
            public unsafe void mark_dirty(List<Tensor> tensors)
            {
                var handles = SlmTorch.Handles(tensors);
                fixed (nint* pointer = handles)
                {
                    SlmTorch.Check(SlmTorch.ContextMarkDirty(Native, pointer, handles.Length));
                }

                GC.KeepAlive(tensors);
            }

            /// <summary>Names the outputs that have no gradient.</summary>
            public unsafe void mark_non_differentiable(List<Tensor> tensors)
            {
                var handles = SlmTorch.Handles(tensors);
                fixed (nint* pointer = handles)
                {
                    SlmTorch.Check(SlmTorch.ContextMarkNonDifferentiable(Native, pointer, handles.Length));
                }

                GC.KeepAlive(tensors);
            }

            /// <summary>Whether absent gradients of outputs come as zeros (the default) or as invalid tensors.</summary>
            public void set_materialize_grads(bool value)
            {
                MaterializeGrads = value;
                SlmTorch.Check(SlmTorch.ContextSetMaterializeGrads(Native, value ? 1 : 0));
            }

            /// <summary>Lets go of the data; the graph does so when it is freed.</summary>
            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            /// <summary>Lets go of the data.</summary>
            protected virtual void Dispose(bool disposing) => _data.Clear();

            internal void Enter(nint context) => _context = context;

            internal void Exit() => _context = 0;

            private nint Native => _context != 0
                ? _context
                : throw new InvalidOperationException("Tensors can be saved and read only inside the forward and the backward of the function.");
        }
    }
}
