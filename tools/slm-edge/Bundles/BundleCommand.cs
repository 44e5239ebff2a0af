using System.CommandLine;

namespace SlmEdge.Tools.Edge.Bundles;

/// <summary><c>slm-edge bundle</c>: looks into bundles.</summary>
internal static class BundleCommand
{
    public static Command Create() => new("bundle", "Checks bundles and shows what is in them.")
    {
        BundleVerifyCommand.Create(),
        BundleShowCommand.Create(),
    };
}
