using System.Globalization;
using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        private const int StackDimensions = 8;

        /// <summary>The number of dimensions.</summary>
        public long Dimensions => SlmTorch.TensorDim(Handle);

        /// <summary>The number of dimensions.</summary>
        public long ndim => Dimensions;

        /// <summary>The number of elements.</summary>
        public long NumberOfElements => SlmTorch.TensorNumel(Handle);

        /// <summary>The size of an element in bytes.</summary>
        public long ElementSize => SlmTorch.TensorElementSize(Handle);

        /// <summary>The type of the elements.</summary>
        public ScalarType dtype => (ScalarType)SlmTorch.TensorDtype(Handle);

        /// <summary>Where the memory lies.</summary>
        public Device device => Device.FromBits(SlmTorch.TensorDevice(Handle));

        /// <summary>The kind of device where the memory lies.</summary>
        public DeviceType device_type => device.type;

        /// <summary>The ordinal of the device where the memory lies.</summary>
        public int device_index => device.index;

        /// <summary>Whether the memory lies on a GPU.</summary>
        public bool is_cuda => device_type == DeviceType.CUDA;

        /// <summary>The size of each dimension.</summary>
        public unsafe long[] shape => Read(&SlmTorch.TensorSizes);

        /// <summary>The number of dimensions.</summary>
        public long dim() => Dimensions;

        /// <summary>The number of elements.</summary>
        public long numel() => NumberOfElements;

        /// <summary>The size of an element in bytes.</summary>
        public long element_size() => ElementSize;

        /// <summary>Whether the elements are integers.</summary>
        public bool is_integral() => torch.is_integral(dtype);

        /// <summary>Whether the elements are floating-point numbers.</summary>
        public bool is_floating_point() => torch.is_floating_point(dtype);

        /// <summary>Whether the memory is main memory.</summary>
        public bool is_cpu() => device_type == DeviceType.CPU;

        /// <summary>Whether the elements lie in row-major order without gaps.</summary>
        public bool is_contiguous() => SlmTorch.TensorIsContiguous(Handle) != 0;

        /// <summary>Where the first element lies in the storage, in elements.</summary>
        public long storage_offset() => SlmTorch.TensorStorageOffset(Handle);

        /// <summary>The size of each dimension.</summary>
        public long[] size() => shape;

        /// <summary>The size of a dimension; negative ones count from the end.</summary>
        public unsafe long size(int dim)
        {
            long result;
            SlmTorch.Check(SlmTorch.TensorSize(Handle, dim, &result));
            GC.KeepAlive(this);
            return result;
        }

        /// <summary>The distance between neighbours in each dimension, in elements.</summary>
        public unsafe long[] stride() => Read(&SlmTorch.TensorStrides);

        /// <summary>The distance between neighbours in a dimension, in elements.</summary>
        public long stride(int dim)
        {
            var all = stride();
            return all[dim < 0 ? dim + all.Length : dim];
        }

        /// <summary>Shape, type and device: <c>[2x3], type = Float32, device = cpu</c>.</summary>
        public override string ToString() => IsInvalid
            ? "a tensor that was disposed of"
            : string.Create(CultureInfo.InvariantCulture, $"[{string.Join('x', shape)}], type = {dtype}, device = {device}");

        private unsafe long[] Read(delegate*<nint, long*, long, long*, int> read)
        {
            var buffer = stackalloc long[StackDimensions];
            long count;
            SlmTorch.Check(read(Handle, buffer, StackDimensions, &count));
            var result = new long[count];
            if (count <= StackDimensions)
            {
                new ReadOnlySpan<long>(buffer, (int)count).CopyTo(result);
            }
            else
            {
                fixed (long* destination = result)
                {
                    SlmTorch.Check(read(Handle, destination, count, &count));
                }
            }

            GC.KeepAlive(this);
            return result;
        }
    }
}
