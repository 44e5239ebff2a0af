using SlmEdge.Engines.Native;

namespace SlmEdge.Export.Tests.Models;

/// <summary>The engines under artifacts/native, without which nothing can be compared.</summary>
internal static class NativeEngines
{
    public static void Require()
    {
        foreach (var (engine, file) in new[] { ("llama.cpp", "libllama.v0.5.0.so"), ("onnxruntime", "libonnxruntime.so.1"), ("torch", "libslmtorch.so") })
        {
            Skip.If(!Exists(engine, file), $"{engine} is not installed ({file}); run ./build.sh --target Engines");
        }
    }

    private static bool Exists(string engine, string file)
    {
        try
        {
            return File.Exists(NativeLibraries.Locate(engine, file));
        }
        catch (NativeLibraryMissingException)
        {
            return false;
        }
    }
}
