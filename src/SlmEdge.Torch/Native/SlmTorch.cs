using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace TorchSharp.Native;

/// <summary>The functions of libslmtorch (native/slmtorch.h).</summary>
internal static unsafe partial class SlmTorch
{
    private const string Library = SlmTorchLibrary.Name;

    static SlmTorch() => SlmTorchLibrary.Register();

    /// <summary>Throws what the native call, or the managed callback under it, ended with.</summary>
    internal static void Check(int status)
    {
        if (status != 0)
        {
            ThrowLastError();
        }
    }

    /// <summary>Wraps an array of handles that native code allocated, and frees the array.</summary>
    internal static torch.Tensor[] TakeTensors(nint* handles, long count)
    {
        var tensors = new torch.Tensor[count];
        for (long i = 0; i < count; i++)
        {
            tensors[i] = handles[i] == 0 ? null! : new torch.Tensor(handles[i]);
        }

        ArrayFree((nint)handles);
        return tensors;
    }

    /// <summary>The handles of tensors; absent ones are zero.</summary>
    internal static nint[] Handles(IEnumerable<torch.Tensor?>? tensors) =>
        tensors is null ? [] : [.. tensors.Select(tensor => tensor is null ? 0 : tensor.Handle)];

    [DoesNotReturn]
    [SuppressMessage("Usage", "CA2201", Justification = "TorchSharp reports libtorch's errors as ExternalException; callers catch that.")]
    private static void ThrowLastError()
    {
        var managed = TakeManagedError();
        if (managed != 0)
        {
            var handle = GCHandle.FromIntPtr(managed);
            var exception = (Exception)handle.Target!;
            handle.Free();
            ExceptionDispatchInfo.Throw(exception);
        }

        throw new ExternalException(Marshal.PtrToStringUTF8(LastError()));
    }

    [LibraryImport(Library, EntryPoint = "slm_last_error")]
    private static partial nint LastError();

    [LibraryImport(Library, EntryPoint = "slm_take_managed_error")]
    private static partial nint TakeManagedError();

    [LibraryImport(Library, EntryPoint = "slm_tensor_free")]
    internal static partial void TensorFree(nint tensor);

    [LibraryImport(Library, EntryPoint = "slm_tensor_live_count")]
    internal static partial long TensorLiveCount();

    [LibraryImport(Library, EntryPoint = "slm_tensor_alias")]
    internal static partial int TensorAlias(nint tensor, nint* result);

    [LibraryImport(Library, EntryPoint = "slm_tensor_sizes")]
    internal static partial int TensorSizes(nint tensor, long* destination, long capacity, long* dimensions);

    [LibraryImport(Library, EntryPoint = "slm_tensor_strides")]
    internal static partial int TensorStrides(nint tensor, long* destination, long capacity, long* dimensions);

    [LibraryImport(Library, EntryPoint = "slm_tensor_size")]
    internal static partial int TensorSize(nint tensor, long dim, long* result);

    [LibraryImport(Library, EntryPoint = "slm_tensor_dim")]
    internal static partial long TensorDim(nint tensor);

    [LibraryImport(Library, EntryPoint = "slm_tensor_numel")]
    internal static partial long TensorNumel(nint tensor);

    [LibraryImport(Library, EntryPoint = "slm_tensor_dtype")]
    internal static partial int TensorDtype(nint tensor);

    [LibraryImport(Library, EntryPoint = "slm_tensor_element_size")]
    internal static partial long TensorElementSize(nint tensor);

    [LibraryImport(Library, EntryPoint = "slm_tensor_storage_offset")]
    internal static partial long TensorStorageOffset(nint tensor);

    [LibraryImport(Library, EntryPoint = "slm_tensor_device")]
    internal static partial long TensorDevice(nint tensor);

    [LibraryImport(Library, EntryPoint = "slm_tensor_is_contiguous")]
    internal static partial int TensorIsContiguous(nint tensor);

    [LibraryImport(Library, EntryPoint = "slm_tensor_data")]
    internal static partial int TensorData(nint tensor, nint* data);

    [LibraryImport(Library, EntryPoint = "slm_tensor_item")]
    internal static partial int TensorItem(nint tensor, NativeValue* result);

    [LibraryImport(Library, EntryPoint = "slm_tensor_from_bytes")]
    internal static partial int TensorFromBytes(void* data, long bytes, long* sizes, long dimensions, int dtype, nint* result);

    [LibraryImport(Library, EntryPoint = "slm_operator_find", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int OperatorFind(string name, string overload, nint* result);

    [LibraryImport(Library, EntryPoint = "slm_operator_call")]
    internal static partial int OperatorCall(
        nint op, NativeValue* arguments, int count, NativeValue* results, int capacity, int* resultCount);

    [LibraryImport(Library, EntryPoint = "slm_array_free")]
    internal static partial void ArrayFree(nint array);

    [LibraryImport(Library, EntryPoint = "slm_grad_enabled")]
    internal static partial int GradEnabled();

    [LibraryImport(Library, EntryPoint = "slm_set_grad_enabled")]
    internal static partial void SetGradEnabled(int enabled);

    [LibraryImport(Library, EntryPoint = "slm_inference_mode_enter")]
    internal static partial int InferenceModeEnter(int enabled, nint* guard);

    [LibraryImport(Library, EntryPoint = "slm_inference_mode_exit")]
    internal static partial int InferenceModeExit(nint guard);

    [LibraryImport(Library, EntryPoint = "slm_inference_mode_enabled")]
    internal static partial int InferenceModeEnabled();

    [LibraryImport(Library, EntryPoint = "slm_tensor_requires_grad")]
    internal static partial int TensorRequiresGrad(nint tensor);

    [LibraryImport(Library, EntryPoint = "slm_tensor_set_requires_grad")]
    internal static partial int TensorSetRequiresGrad(nint tensor, int value);

    [LibraryImport(Library, EntryPoint = "slm_tensor_is_leaf")]
    internal static partial int TensorIsLeaf(nint tensor);

    [LibraryImport(Library, EntryPoint = "slm_tensor_grad")]
    internal static partial int TensorGrad(nint tensor, nint* result);

    [LibraryImport(Library, EntryPoint = "slm_tensor_set_grad")]
    internal static partial int TensorSetGrad(nint tensor, nint grad);

    [LibraryImport(Library, EntryPoint = "slm_tensor_retain_grad")]
    internal static partial int TensorRetainGrad(nint tensor);

    [LibraryImport(Library, EntryPoint = "slm_backward")]
    internal static partial int Backward(
        nint* tensors, long count, nint* gradients, long gradientCount, int retainGraph, int createGraph, nint* inputs, long inputCount);

    [LibraryImport(Library, EntryPoint = "slm_grad")]
    internal static partial int Grad(
        nint* outputs, long count, nint* inputs, long inputCount, nint* gradients, long gradientCount,
        int retainGraph, int createGraph, int allowUnused, nint* results);

    [LibraryImport(Library, EntryPoint = "slm_function_register")]
    internal static partial void FunctionRegister(
        delegate* unmanaged<nint, nint, nint*, long, nint, nint> forward,
        delegate* unmanaged<nint, nint, nint*, long, nint, nint> backward,
        delegate* unmanaged<nint, void> releaseState,
        delegate* unmanaged<nint, void> releaseError);

    [LibraryImport(Library, EntryPoint = "slm_function_emit")]
    internal static partial int FunctionEmit(nint sink, nint tensor);

    [LibraryImport(Library, EntryPoint = "slm_function_apply")]
    internal static partial int FunctionApply(nint state, nint* inputs, long count, nint** results, long* resultCount);

    [LibraryImport(Library, EntryPoint = "slm_context_save")]
    internal static partial int ContextSave(nint context, nint* tensors, long count);

    [LibraryImport(Library, EntryPoint = "slm_context_saved")]
    internal static partial int ContextSaved(nint context, nint** results, long* resultCount);

    [LibraryImport(Library, EntryPoint = "slm_context_mark_dirty")]
    internal static partial int ContextMarkDirty(nint context, nint* tensors, long count);

    [LibraryImport(Library, EntryPoint = "slm_context_mark_non_differentiable")]
    internal static partial int ContextMarkNonDifferentiable(nint context, nint* tensors, long count);

    [LibraryImport(Library, EntryPoint = "slm_context_set_materialize_grads")]
    internal static partial int ContextSetMaterializeGrads(nint context, int value);

    [LibraryImport(Library, EntryPoint = "slm_get_num_threads")]
    internal static partial int GetNumThreads();

    [LibraryImport(Library, EntryPoint = "slm_set_num_threads")]
    internal static partial int SetNumThreads(int threads);

    [LibraryImport(Library, EntryPoint = "slm_cuda_is_available")]
    internal static partial int CudaIsAvailable();

    [LibraryImport(Library, EntryPoint = "slm_cuda_device_count")]
    internal static partial int CudaDeviceCount();

    [LibraryImport(Library, EntryPoint = "slm_libtorch_version")]
    internal static partial nint LibtorchVersion();

    [LibraryImport(Library, EntryPoint = "slm_manual_seed")]
    internal static partial int ManualSeed(ulong seed);

    [LibraryImport(Library, EntryPoint = "slm_generator_default")]
    internal static partial int GeneratorDefault(long device, nint* result);

    [LibraryImport(Library, EntryPoint = "slm_generator_new")]
    internal static partial int GeneratorNew(ulong seed, nint* result);

    [LibraryImport(Library, EntryPoint = "slm_generator_free")]
    internal static partial void GeneratorFree(nint generator);

    [LibraryImport(Library, EntryPoint = "slm_generator_seed")]
    internal static partial int GeneratorSeed(nint generator, ulong* result);

    [LibraryImport(Library, EntryPoint = "slm_generator_set_seed")]
    internal static partial int GeneratorSetSeed(nint generator, ulong seed);

    [LibraryImport(Library, EntryPoint = "slm_generator_get_state")]
    internal static partial int GeneratorGetState(nint generator, nint* result);

    [LibraryImport(Library, EntryPoint = "slm_generator_set_state")]
    internal static partial int GeneratorSetState(nint generator, nint state);
}
