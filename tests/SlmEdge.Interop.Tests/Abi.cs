using System.Runtime.InteropServices;
using System.Text;

namespace SlmEdge.Interop.Tests;

/// <summary>The functions of the published library, loaded into this process.</summary>
internal static unsafe class Abi
{
    private static readonly Lazy<nint> Loaded = new(() => NativeLibrary.Load(PublishedLibrary.Require()));

    public static int Version() => ((delegate* unmanaged[Cdecl]<int>)Of("slm_abi_version"))();

    public static nuint OpenHandles() => ((delegate* unmanaged[Cdecl]<nuint>)Of("slm_open_handles"))();

    public static nuint LastError(byte* buffer, nuint capacity) => ((delegate* unmanaged[Cdecl]<byte*, nuint, nuint>)Of("slm_last_error"))(buffer, capacity);

    public static SlmStatus Open(byte* path, void* options, nint* bundle) => ((delegate* unmanaged[Cdecl]<byte*, void*, nint*, SlmStatus>)Of("slm_open"))(path, options, bundle);

    public static SlmStatus Close(nint bundle) => ((delegate* unmanaged[Cdecl]<nint, SlmStatus>)Of("slm_close"))(bundle);

    public static SlmStatus Info(nint bundle, byte* buffer, nuint capacity, nuint* needed) =>
        ((delegate* unmanaged[Cdecl]<nint, byte*, nuint, nuint*, SlmStatus>)Of("slm_info"))(bundle, buffer, capacity, needed);

    public static SlmStatus LabelCount(nint bundle, nuint* count) => ((delegate* unmanaged[Cdecl]<nint, nuint*, SlmStatus>)Of("slm_label_count"))(bundle, count);

    public static SlmStatus Label(nint bundle, int index, byte* buffer, nuint capacity, nuint* needed) =>
        ((delegate* unmanaged[Cdecl]<nint, int, byte*, nuint, nuint*, SlmStatus>)Of("slm_label"))(bundle, index, buffer, capacity, needed);

    public static SlmStatus CancelCreate(nint* cancel) => ((delegate* unmanaged[Cdecl]<nint*, SlmStatus>)Of("slm_cancel_create"))(cancel);

    public static SlmStatus CancelNow(nint cancel) => ((delegate* unmanaged[Cdecl]<nint, SlmStatus>)Of("slm_cancel_now"))(cancel);

    public static SlmStatus CancelFree(nint cancel) => ((delegate* unmanaged[Cdecl]<nint, SlmStatus>)Of("slm_cancel_free"))(cancel);

    public static SlmStatus Classify(nint bundle, byte* text, nuint length, nint cancel, void* decision, double* scores, nuint scoreCount) =>
        ((delegate* unmanaged[Cdecl]<nint, byte*, nuint, nint, void*, double*, nuint, SlmStatus>)Of("slm_classify"))(bundle, text, length, cancel, decision, scores, scoreCount);

    public static SlmStatus ClassifyMany(
        nint bundle, byte** texts, nuint* lengths, nuint count, nint cancel, void* decisions, double* scores, nuint scoreCount, nuint* badText) =>
        ((delegate* unmanaged[Cdecl]<nint, byte**, nuint*, nuint, nint, void*, double*, nuint, nuint*, SlmStatus>)Of("slm_classify_many"))(
            bundle, texts, lengths, count, cancel, decisions, scores, scoreCount, badText);

    public static SlmStatus Extract(
        nint bundle, byte* text, nuint length, SlmWriteOptions* options, nint cancel, byte* buffer, nuint capacity, nuint* needed, SlmAnswer* answer) =>
        ((delegate* unmanaged[Cdecl]<nint, byte*, nuint, SlmWriteOptions*, nint, byte*, nuint, nuint*, SlmAnswer*, SlmStatus>)Of("slm_extract"))(
            bundle, text, length, options, cancel, buffer, capacity, needed, answer);

    public static SlmStatus LastDocument(byte* buffer, nuint capacity, nuint* needed) =>
        ((delegate* unmanaged[Cdecl]<byte*, nuint, nuint*, SlmStatus>)Of("slm_last_document"))(buffer, capacity, needed);

    public static SlmStatus Generate(
        nint bundle, byte* text, nuint length, SlmWriteOptions* options, nint cancel, delegate* unmanaged[Cdecl]<byte*, nuint, void*, int> onText, void* context, SlmAnswer* answer) =>
        ((delegate* unmanaged[Cdecl]<nint, byte*, nuint, SlmWriteOptions*, nint, delegate* unmanaged[Cdecl]<byte*, nuint, void*, int>, void*, SlmAnswer*, SlmStatus>)Of("slm_generate"))(
            bundle, text, length, options, cancel, onText, context, answer);

    /// <summary>The calling thread's message.</summary>
    public static string Message()
    {
        var buffer = new byte[LastError(null, 0)];
        fixed (byte* bytes = buffer)
        {
            LastError(bytes, (nuint)buffer.Length);
        }

        return Encoding.UTF8.GetString(buffer.AsSpan(0, buffer.Length - 1));
    }

    private static nint Of(string name) => NativeLibrary.GetExport(Loaded.Value, name);
}
