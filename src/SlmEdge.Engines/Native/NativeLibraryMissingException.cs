using System.Collections.ObjectModel;

namespace SlmEdge.Engines.Native;

/// <summary>
/// A native library that an engine needs was not found. The message names the file, every place looked at and the
/// command that installs it.
/// </summary>
public sealed class NativeLibraryMissingException : Exception
{
    /// <summary>Creates the exception from the engine, its file and the places where it was looked for.</summary>
    /// <param name="engine">The engine's folder name, such as <c>llama.cpp</c>.</param>
    /// <param name="file">The library's file name.</param>
    /// <param name="placesLookedAt">Full paths that were tried, in order.</param>
    /// <param name="installCommand">The command that installs the library.</param>
    public NativeLibraryMissingException(string engine, string file, IReadOnlyList<string> placesLookedAt, string installCommand)
        : base(BuildMessage(engine, file, placesLookedAt, installCommand))
    {
        Engine = engine;
        File = file;
        PlacesLookedAt = new ReadOnlyCollection<string>([.. placesLookedAt]);
        InstallCommand = installCommand;
    }

    /// <summary>The engine's folder name, such as <c>llama.cpp</c>.</summary>
    public string Engine { get; }

    /// <summary>The file name of the missing library.</summary>
    public string File { get; }

    /// <summary>Full paths that were tried, in order.</summary>
    public IReadOnlyList<string> PlacesLookedAt { get; }

    /// <summary>The command that installs the library.</summary>
    public string InstallCommand { get; }

    private static string BuildMessage(string engine, string file, IReadOnlyList<string> places, string installCommand) =>
        $"The native library '{file}' of {engine} was not found. Looked at: {string.Join(", ", places)}. " +
        $"Install it with: {installCommand} (or {(NativeLibraries.PackageOf(engine) is { } package ? $"reference the package {package}, or " : "")}" +
        $"set {NativeLibraries.DirectoryVariable} to the folder that holds '{engine}/').";
}
