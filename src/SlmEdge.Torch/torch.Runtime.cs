using System.Runtime.InteropServices;
using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>The version of libtorch, such as <c>1.13.1</c>.</summary>
    public static string __version__ => Marshal.PtrToStringUTF8(SlmTorch.LibtorchVersion())!;

    /// <summary>How many threads an operation in main memory uses.</summary>
    public static int get_num_threads() => SlmTorch.GetNumThreads();

    /// <summary>Sets how many threads an operation in main memory uses: OpenMP's and those of the BLAS library.</summary>
    public static void set_num_threads(int num) => SlmTorch.Check(SlmTorch.SetNumThreads(num));

    /// <summary>The type of floating-point tensors when none is given.</summary>
    public static ScalarType get_default_dtype() => ScalarType.Float32;

    /// <summary>NVIDIA GPUs.</summary>
    public static partial class cuda
    {
        /// <summary>Whether this libtorch has CUDA and finds a GPU.</summary>
        public static bool is_available() => SlmTorch.CudaIsAvailable() != 0;

        /// <summary>How many GPUs there are.</summary>
        public static int device_count() => SlmTorch.CudaDeviceCount();
    }
}
