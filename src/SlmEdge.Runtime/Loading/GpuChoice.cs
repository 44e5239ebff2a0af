using SlmEdge.Engines;

namespace SlmEdge.Runtime.Loading;

/// <summary>Whether a GPU computes: where it is asked for, or is there and nothing speaks against it.</summary>
internal static class GpuChoice
{
    private const int AllLayers = -1;

    /// <summary>Opens a model on the GPU where that is right, and on the CPU otherwise.</summary>
    /// <param name="options">What the caller asked for.</param>
    /// <param name="findGpu">Name of the engine's GPU; null without.</param>
    /// <param name="open">Opens the model with so many layers on the GPU (0 for none, negative for all); the second says why a GPU that is there is done without.</param>
    /// <exception cref="RuntimeException">A GPU was asked for and there is none.</exception>
    public static LoadedModel Open(RuntimeOptions options, Func<string?> findGpu, Func<int, string?, LoadedModel> open)
    {
        if (options.GpuLayers is { } asked)
        {
            return asked == 0 || findGpu() is not null
                ? open(asked, null)
                : throw new RuntimeException("Layers on a GPU were asked for, but this engine has no GPU here ('slm-edge doctor' shows what it has). Install its CUDA build and the driver, or leave the layers out.");
        }

        if (options.Deterministic == true || findGpu() is not { } gpu)
        {
            return open(0, null);
        }

        try
        {
            return open(AllLayers, null);
        }
        catch (EngineException error)
        {
            return open(0, $"{gpu}: {error.Message}");
        }
    }
}
