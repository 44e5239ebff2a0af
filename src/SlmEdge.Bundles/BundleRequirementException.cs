namespace SlmEdge.Bundles;

/// <summary>A bundle needs a newer program or engine than this device has.</summary>
public sealed class BundleRequirementException : BundleException
{
    internal BundleRequirementException(string component, string required, string present, string whatToDo, string? bundle)
        : base($"needs {component} {required} or newer; this is {present}. {whatToDo}", bundle, $"{BundleManifest.FileName}: {BundleRequirements.Key}")
    {
        Component = component;
        Required = required;
        Present = present;
    }

    /// <summary>What is too old: SlmEdge, llama.cpp or ONNX Runtime.</summary>
    public string Component { get; }

    /// <summary>The lowest version that the bundle runs with.</summary>
    public string Required { get; }

    /// <summary>The version that is here.</summary>
    public string Present { get; }
}
