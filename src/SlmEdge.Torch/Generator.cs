using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A source of random numbers.</summary>
    public class Generator : IDisposable
    {
        private readonly GeneratorHandle _handle;

        /// <summary>A source of its own, in main memory.</summary>
        public unsafe Generator(ulong seed = 0, Device? device = null)
        {
            if (device is not null && device.type != DeviceType.CPU)
            {
                throw new ArgumentException($"A generator of its own is made in main memory, not on {device}.", nameof(device));
            }

            nint handle;
            SlmTorch.Check(SlmTorch.GeneratorNew(seed, &handle));
            _handle = new GeneratorHandle(handle);
            this.device = CPU;
        }

        private Generator(GeneratorHandle handle, Device device)
        {
            _handle = handle;
            this.device = device;
        }

        /// <summary>The source that operations in main memory use by default.</summary>
        public static unsafe Generator Default
        {
            get
            {
                nint handle;
                SlmTorch.Check(SlmTorch.GeneratorDefault(CPU.ToBits() & uint.MaxValue, &handle));
                return new Generator(new GeneratorHandle(handle), CPU);
            }
        }

        /// <summary>Where the source works.</summary>
        public Device device { get; }

        internal nint Handle => _handle.DangerousGetHandle();

        /// <summary>The state: bytes to be given to <see cref="set_state"/>.</summary>
        public unsafe Tensor get_state()
        {
            nint result;
            SlmTorch.Check(SlmTorch.GeneratorGetState(Handle, &result));
            GC.KeepAlive(this);
            return new Tensor(result);
        }

        /// <summary>Goes on from a state.</summary>
        public void set_state(Tensor value)
        {
            ArgumentNullException.ThrowIfNull(value);
            SlmTorch.Check(SlmTorch.GeneratorSetState(Handle, value.Handle));
            GC.KeepAlive(this);
            GC.KeepAlive(value);
        }

        /// <summary>Starts again from a seed.</summary>
        public Generator manual_seed(long seed)
        {
            SlmTorch.Check(SlmTorch.GeneratorSetSeed(Handle, unchecked((ulong)seed)));
            GC.KeepAlive(this);
            return this;
        }

        /// <summary>The seed that the source started from.</summary>
        public unsafe long initial_seed()
        {
            ulong seed;
            SlmTorch.Check(SlmTorch.GeneratorSeed(Handle, &seed));
            GC.KeepAlive(this);
            return unchecked((long)seed);
        }

        /// <summary>Frees the source; the default one lives on.</summary>
        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        /// <summary>Frees the source.</summary>
        protected virtual void Dispose(bool disposing)
        {
            if (disposing)
            {
                _handle.Dispose();
            }
        }
    }
}
