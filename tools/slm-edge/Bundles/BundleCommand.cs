using System.CommandLine;

namespace SlmEdge.Tools.Edge.Bundles;

/// <summary><c>slm-edge bundle</c>: looks into bundles and keeps them.</summary>
internal static class BundleCommand
{
    public static Command Create() => new("bundle", "Checks bundles, shows what is in them, and keeps those of this device.")
    {
        BundleVerifyCommand.Create(),
        BundleShowCommand.Create(),
        StoreCommands.Install(),
        StoreCommands.List(),
        StoreCommands.Activate(),
        StoreCommands.Rollback(),
        StoreCommands.Remove(),
    };
}
