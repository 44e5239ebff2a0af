using TorchSharp.Native;

namespace TorchSharp;

/// <summary>Turns inference mode (no gradients, no version counters) on or off on this thread until it is disposed of.</summary>
internal sealed unsafe class InferenceMode : IDisposable
{
    private nint _guard;

    internal InferenceMode(bool mode)
    {
        nint guard;
        SlmTorch.Check(SlmTorch.InferenceModeEnter(mode ? 1 : 0, &guard));
        _guard = guard;
    }

    public void Dispose()
    {
        if (_guard != 0)
        {
            SlmTorch.Check(SlmTorch.InferenceModeExit(_guard));
            _guard = 0;
        }
    }
}
