using System.Runtime.InteropServices;

namespace SlmEdge.Engines.OnnxRuntime.Native;

/// <summary>Owns an object of ONNX Runtime.</summary>
internal sealed class SafeOrtHandle : SafeHandle
{
    private readonly OrtFunction release;

    /// <param name="handle">The object.</param>
    /// <param name="release">The function that frees it.</param>
    internal SafeOrtHandle(nint handle, OrtFunction release)
        : base(0, ownsHandle: true)
    {
        this.release = release;
        SetHandle(handle);
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>The object's address; the caller keeps this handle alive while using it.</summary>
    internal nint Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return handle;
        }
    }

    protected override bool ReleaseHandle()
    {
        OrtEnvironment.Release(release, handle);
        return true;
    }
}
