using Microsoft.Win32.SafeHandles;

namespace TorchSharp.Native;

/// <summary>A heap-allocated at::Generator.</summary>
internal sealed class GeneratorHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    internal GeneratorHandle(nint handle)
        : base(ownsHandle: true) => SetHandle(handle);

    protected override bool ReleaseHandle()
    {
        SlmTorch.GeneratorFree(handle);
        return true;
    }
}
