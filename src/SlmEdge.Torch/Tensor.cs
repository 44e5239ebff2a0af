using TorchSharp.Native;

namespace TorchSharp;

/// <summary>Tensors, and the operations on them, by the names of PyTorch as TorchSharp writes them.</summary>
/// <remarks>
/// A subset of TorchSharp's public surface with its signatures and meaning: source that compiles against this compiles
/// against TorchSharp. Errors of libtorch are thrown as <see cref="System.Runtime.InteropServices.ExternalException"/>
/// with libtorch's message; a missing native library as <see cref="DllNotFoundException"/>.
/// </remarks>
public static partial class torch
{
    /// <summary>An array of numbers of one type and of any number of dimensions, with or without a gradient.</summary>
    /// <remarks>
    /// Dispose of it, or let a <see cref="DisposeScope"/> do so; the finalizer is the last resort. The handle is a bare
    /// pointer, as TorchSharp's is: operators keep their arguments alive until they return, and a scope or the finalizer
    /// frees what was left. Not safe for use by several threads while one of them changes or disposes of it.
    /// </remarks>
    public partial class Tensor : IDisposable
    {
        private static long _totalCount;
        private static long _peakCount;

        private nint _handle;

        internal Tensor(nint handle)
        {
            _handle = handle;
            if (handle == 0)
            {
                // An undefined gradient: an invalid tensor that there is nothing to free of.
                GC.SuppressFinalize(this);
                return;
            }

            var total = Interlocked.Increment(ref _totalCount);
            for (var peak = Volatile.Read(ref _peakCount); total > peak; peak = Volatile.Read(ref _peakCount))
            {
                Interlocked.CompareExchange(ref _peakCount, total, peak);
            }

            OwningDisposeScope = DisposeScopeManager.ThreadSingleton.Register(this);
        }

        /// <summary>Takes the native tensor and the place in the dispose scope of another one, which becomes invalid.</summary>
        private protected Tensor(Tensor data, bool takeOver)
        {
            _ = takeOver;
            _handle = data.Handle;
            data._handle = 0;
            GC.SuppressFinalize(data);
            if (data.OwningDisposeScope is { } scope)
            {
                scope.Replace(data, this);
            }
        }

        /// <summary>Frees the native tensor of one that nobody disposed of.</summary>
        ~Tensor() => Free();

        /// <summary>How many tensors there are in the process that were not yet freed.</summary>
        public static long TotalCount => Volatile.Read(ref _totalCount);

        /// <summary>The most tensors there have been at a time.</summary>
        public static long PeakCount => Volatile.Read(ref _peakCount);

        /// <summary>Whether the tensor was disposed of.</summary>
        public bool IsInvalid => _handle == 0;

        /// <summary>The native tensor.</summary>
        /// <exception cref="InvalidOperationException">The tensor was disposed of.</exception>
        public IntPtr Handle => _handle != 0
            ? _handle
            : throw new InvalidOperationException("The tensor was disposed of; tensors that leave a dispose scope must be moved to the outer one.");

        internal DisposeScope? OwningDisposeScope { get; set; }

        /// <summary>Frees the native tensor now.</summary>
        public void Dispose()
        {
            if (_handle != 0)
            {
                DisposeScopeManager.ThreadSingleton.CountDisposal(this);
                OwningDisposeScope?.MarkAsDisposed(this);
                Free();
            }

            GC.SuppressFinalize(this);
        }

        /// <summary>Hands the tensor to the scope around its own.</summary>
        public Tensor MoveToOuterDisposeScope()
        {
            OwningDisposeScope?.MoveToOuter(this);
            return this;
        }

        /// <summary>Takes the tensor out of all scopes: its holder must dispose of it.</summary>
        public Tensor DetachFromDisposeScope()
        {
            OwningDisposeScope?.Detach(this);
            return this;
        }

        /// <summary>Hands the tensor to the scope of another one.</summary>
        public Tensor MoveToOtherDisposeScope(Tensor other)
        {
            ArgumentNullException.ThrowIfNull(other);
            return MoveToOtherDisposeScope(other.OwningDisposeScope);
        }

        /// <summary>Hands the tensor to another scope, or to nobody when it is null.</summary>
        public Tensor MoveToOtherDisposeScope(DisposeScope? other)
        {
            if (OwningDisposeScope is { } owner)
            {
                owner.MoveToOther(other, this);
            }
            else
            {
                other?.Attach(this);
            }

            return this;
        }

        private void Free()
        {
            var handle = Interlocked.Exchange(ref _handle, 0);
            if (handle != 0)
            {
                Interlocked.Decrement(ref _totalCount);
                SlmTorch.TensorFree(handle);
            }
        }
    }
}
