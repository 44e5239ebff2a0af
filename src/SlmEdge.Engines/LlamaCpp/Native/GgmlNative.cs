using System.Runtime.InteropServices;

namespace SlmEdge.Engines.LlamaCpp.Native;

/// <summary>The part of ggml (<c>ggml-backend.h</c>, <c>ggml.h</c>) that SlmEdge uses.</summary>
internal static partial class GgmlNative
{
    internal const string Library = "slmedge-ggml";
    internal const string BaseLibrary = "slmedge-ggml-base";

    /// <summary><c>GGML_BACKEND_DEVICE_TYPE_GPU</c> and <c>GGML_BACKEND_DEVICE_TYPE_IGPU</c>.</summary>
    internal const int DeviceTypeGpu = 1;

    internal const int DeviceTypeIntegratedGpu = 2;

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void ggml_backend_load_all_from_path(string directory);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint ggml_backend_load(string path);

    [LibraryImport(Library)]
    internal static partial nuint ggml_backend_dev_count();

    [LibraryImport(Library)]
    internal static partial nint ggml_backend_dev_get(nuint index);

    [LibraryImport(BaseLibrary)]
    internal static partial int ggml_backend_dev_type(nint device);

    [LibraryImport(BaseLibrary)]
    internal static partial nint ggml_backend_dev_description(nint device);

    /// <summary><c>ggml.h</c>: quantises rows from <c>start</c> (in elements) on; the importance matrix may be null where the type does not need one.</summary>
    [LibraryImport(BaseLibrary)]
    internal static unsafe partial nuint ggml_quantize_chunk(int type, float* source, void* destination, long start, long rows, long columns, float* importance);
}
