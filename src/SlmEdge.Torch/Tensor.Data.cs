using TorchSharp.Native;
using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The memory of a contiguous tensor in main memory, as bytes: to read, and to write by assignment or through the span.</summary>
        /// <remarks>The span is valid while the tensor is. Row-major order.</remarks>
        /// <exception cref="InvalidOperationException">The tensor is not contiguous or not in main memory.</exception>
        /// <exception cref="ArgumentException">Assigned bytes differ in length, or the tensor exceeds 2 GiB (see <see cref="ReadBytesFromStream"/>).</exception>
        public unsafe Span<byte> bytes
        {
            get
            {
                var length = CheckRaw();
                return length <= int.MaxValue
                    ? new Span<byte>(DataPointer(), (int)length)
                    : throw new ArgumentException($"A span cannot hold the {length} bytes of this tensor; use ReadBytesFromStream and WriteBytesToStream.");
            }

            set
            {
                var length = CheckRaw();
                if (length != value.Length)
                {
                    throw new ArgumentException($"The tensor {this} has {length} bytes, but {value.Length} were given.", nameof(value));
                }

                value.CopyTo(new Span<byte>(DataPointer(), value.Length));
            }
        }

        /// <summary>The elements as .NET values; those of a GPU are copied first.</summary>
        /// <exception cref="ArgumentException">The type is not that of the elements.</exception>
        public TensorAccessor<T> data<T>()
            where T : unmanaged
        {
            ValidateType<T>();
            return new TensorAccessor<T>(device_type == DeviceType.CPU ? this : cpu());
        }

        /// <summary>The element of a tensor that has one.</summary>
        /// <exception cref="ArgumentException">The type is not that of the element, or the tensor has more than one.</exception>
        public T item<T>()
            where T : unmanaged
        {
            if (NumberOfElements != 1)
            {
                throw new ArgumentException("Number of elements in the tensor must be 1, but the tensor is " + ToString());
            }

            ValidateType<T>();
            var scalar = ToScalar();
            object value = dtype switch
            {
                ScalarType.Byte => (byte)scalar.AsInt64(),
                ScalarType.Int8 => (sbyte)scalar.AsInt64(),
                ScalarType.Int16 => (short)scalar.AsInt64(),
                ScalarType.Int32 => (int)scalar.AsInt64(),
                ScalarType.Int64 => scalar.AsInt64(),
                ScalarType.Bool => scalar.AsInt64() != 0,
                ScalarType.Float16 => (Half)scalar.AsDouble(),
                ScalarType.Float32 => (float)scalar.AsDouble(),
                _ => scalar.AsDouble(),
            };
            return (T)value;
        }

        /// <summary>The element of a tensor that has one, whatever its type.</summary>
        public unsafe Scalar ToScalar()
        {
            NativeValue value;
            SlmTorch.Check(SlmTorch.TensorItem(Handle, &value));
            GC.KeepAlive(this);
            return value.Kind switch
            {
                NativeKind.Boolean => value.Integer != 0,
                NativeKind.Integer => value.Integer,
                _ => value.Real,
            };
        }

        /// <summary>Writes the memory of a contiguous tensor to a stream, of any length.</summary>
        public unsafe void WriteBytesToStream(Stream stream, int bufferSize = 1024)
        {
            ArgumentNullException.ThrowIfNull(stream);
            var left = CheckRaw();
            var pointer = DataPointer();
            while (left > 0)
            {
                // The stream reads the tensor's memory directly; the buffer size bounds a write, not a copy.
                var part = (int)Math.Min(left, Math.Max(bufferSize, 1 << 20));
                stream.Write(new ReadOnlySpan<byte>(pointer, part));
                pointer += part;
                left -= part;
            }

            GC.KeepAlive(this);
        }

        /// <summary>Fills the memory of a contiguous tensor from a stream, of any length.</summary>
        /// <exception cref="EndOfStreamException">The stream ends before the tensor is full.</exception>
        public unsafe void ReadBytesFromStream(Stream stream, int bufferSize = 1024)
        {
            ArgumentNullException.ThrowIfNull(stream);
            var left = CheckRaw();
            var pointer = DataPointer();
            while (left > 0)
            {
                var part = (int)Math.Min(left, Math.Max(bufferSize, 1 << 20));
                stream.ReadExactly(new Span<byte>(pointer, part));
                pointer += part;
                left -= part;
            }

            GC.KeepAlive(this);
        }

        internal unsafe byte* DataPointer()
        {
            nint data;
            SlmTorch.Check(SlmTorch.TensorData(Handle, &data));
            return (byte*)data;
        }

        private void ValidateType<T>()
            where T : unmanaged
        {
            if (!Holds<T>(dtype))
            {
                throw new ArgumentException($"{typeof(T).Name} is not compatible with {dtype}");
            }
        }

        private long CheckRaw()
        {
            if (!is_contiguous())
            {
                throw new InvalidOperationException($"The bytes of a tensor that is not contiguous were asked for: {this}.");
            }

            if (device_type != DeviceType.CPU)
            {
                throw new InvalidOperationException($"The bytes of a tensor outside main memory were asked for: {this}. Copy it with cpu() first.");
            }

            return NumberOfElements * ElementSize;
        }
    }
}
