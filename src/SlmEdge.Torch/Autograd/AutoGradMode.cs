using TorchSharp.Native;

namespace TorchSharp;

/// <summary>Turns the recording of gradients on or off on this thread until it is disposed of.</summary>
internal sealed class AutoGradMode : IDisposable
{
    private readonly bool _before;

    internal AutoGradMode(bool enabled)
    {
        _before = IsEnabled;
        SlmTorch.SetGradEnabled(enabled ? 1 : 0);
    }

    internal static bool IsEnabled => SlmTorch.GradEnabled() != 0;

    public void Dispose() => SlmTorch.SetGradEnabled(_before ? 1 : 0);
}
