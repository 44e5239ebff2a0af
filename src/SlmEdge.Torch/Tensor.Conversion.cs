using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The tensor in another element type; itself when it has that type and no copy is asked for.</summary>
        public Tensor to_type(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            After(Aten.ToDtype.Call(this, type, non_blocking, copy), disposeAfter);

        /// <summary>The tensor in another element type.</summary>
        public Tensor to(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            to_type(type, copy, disposeAfter, non_blocking);

        /// <summary>The tensor on another device and in another element type.</summary>
        public Tensor to(ScalarType type, Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            After(Aten.ToDevice.Call(this, device, type, non_blocking, copy), disposeAfter);

        /// <summary>The tensor on another device.</summary>
        public Tensor to(Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            to(dtype, device, copy, disposeAfter, non_blocking);

        /// <summary>The tensor on another device, such as <c>"cuda:0"</c>.</summary>
        public Tensor to(string device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            to(new Device(device), copy, disposeAfter, non_blocking);

        /// <summary>The tensor on another device.</summary>
        public Tensor to(DeviceType deviceType, int deviceIndex = -1, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            to(new Device(deviceType, deviceIndex), copy, disposeAfter, non_blocking);

        /// <summary>The tensor on the device and in the element type of another one.</summary>
        public Tensor to(Tensor other, bool non_blocking = false) => to(other.dtype, other.device, non_blocking: non_blocking);

        /// <summary>The tensor in the element type of another one.</summary>
        public Tensor type_as(Tensor tensor) => to_type(tensor.dtype);

        /// <summary>The tensor in main memory.</summary>
        public Tensor cpu() => to(CPU);

        /// <summary>The tensor on a GPU.</summary>
        public Tensor cuda(Device? device = null, bool non_blocking = false)
        {
            if (device is not null && device.type != DeviceType.CUDA)
            {
                throw new ArgumentException("Not a CUDA device.", nameof(device));
            }

            return to(device ?? CUDA, non_blocking: non_blocking);
        }

        /// <summary>The tensor as booleans.</summary>
        public Tensor @bool() => to_type(ScalarType.Bool);

        /// <summary>The tensor as bytes.</summary>
        public Tensor @byte() => to_type(ScalarType.Byte);

        /// <summary>The tensor as 8-bit integers.</summary>
        public Tensor @char() => to_type(ScalarType.Int8);

        /// <summary>The tensor as 16-bit integers.</summary>
        public Tensor @short() => to_type(ScalarType.Int16);

        /// <summary>The tensor as 32-bit integers.</summary>
        public Tensor @int() => to_type(ScalarType.Int32);

        /// <summary>The tensor as 64-bit integers.</summary>
        public Tensor @long() => to_type(ScalarType.Int64);

        /// <summary>The tensor in IEEE half precision.</summary>
        public Tensor half() => to_type(ScalarType.Float16);

        /// <summary>The tensor as brain floating point.</summary>
        public Tensor bfloat16() => to_type(ScalarType.BFloat16);

        /// <summary>The tensor in single precision.</summary>
        public Tensor @float() => to_type(ScalarType.Float32);

        /// <summary>The tensor in double precision.</summary>
        public Tensor @double() => to_type(ScalarType.Float64);

        /// <summary>Itself when the elements lie in row-major order without gaps, else a copy that does.</summary>
        public Tensor contiguous() => Aten.Contiguous.Call(this);

        /// <summary>A copy, through which gradients flow.</summary>
        public Tensor clone() => Aten.Clone.Call(this);

        /// <summary>Another handle of the same tensor: same memory, same gradient.</summary>
        public unsafe Tensor alias()
        {
            nint result;
            SlmTorch.Check(SlmTorch.TensorAlias(Handle, &result));
            GC.KeepAlive(this);
            return new Tensor(result);
        }

        /// <summary>Copies the elements of another tensor into this one, broadcast and converted.</summary>
        public Tensor copy_(Tensor source, bool nonBlocking = false) => Aten.CopyInPlace.CallInPlace(this, source, nonBlocking);

        /// <summary>Sets all elements to zero.</summary>
        public Tensor zero_() => Aten.ZeroInPlace.CallInPlace(this);

        /// <summary>Sets all elements to a number.</summary>
        public Tensor fill_(Scalar value) => Aten.FillScalarInPlace.CallInPlace(this, value);

        /// <summary>Makes this tensor share the memory and the shape of another one.</summary>
        public Tensor set_(Tensor source) => Aten.SetSourceTensorInPlace.CallInPlace(this, source);

        private Tensor After(Tensor result, bool dispose)
        {
            if (dispose)
            {
                Dispose();
            }

            return result;
        }
    }
}
