using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Stops the recording of gradients on this thread until the result is disposed of.</summary>
    public static IDisposable no_grad() => new AutoGradMode(false);

    /// <summary>Starts (or stops) the recording of gradients on this thread until the result is disposed of.</summary>
    public static IDisposable enable_grad(bool enabled = true) => new AutoGradMode(enabled);

    /// <summary>Starts or stops the recording of gradients on this thread until the result is disposed of.</summary>
    public static IDisposable set_grad_enabled(bool mode = true) => new AutoGradMode(mode);

    /// <summary>Whether gradients are recorded on this thread.</summary>
    public static bool is_grad_enabled() => AutoGradMode.IsEnabled;

    /// <summary>Inference mode on this thread until the result is disposed of: no gradients, no version counters.</summary>
    public static IDisposable inference_mode(bool mode = true) => new InferenceMode(mode);

    /// <summary>Whether inference mode is on on this thread.</summary>
    public static bool is_inference_mode_enabled() => SlmTorch.InferenceModeEnabled() != 0;
}
