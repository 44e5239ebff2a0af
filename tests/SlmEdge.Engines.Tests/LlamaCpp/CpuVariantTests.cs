using System.Runtime.InteropServices;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Engines.LlamaCpp.Native;

namespace SlmEdge.Engines.Tests.LlamaCpp;

public sealed unsafe class CpuVariantTests
{
    [Fact]
    public void The_chosen_library_is_the_one_with_the_highest_score_of_ggml()
    {
        LlamaCppEngine.LoadLibraries();
        var directory = LlamaBackend.Directory;
        var best = (Score: 0, Name: "");
        foreach (var path in Directory.EnumerateFiles(directory, "libggml-cpu-*.so"))
        {
            var library = NativeLibrary.Load(path);
            var score = ((delegate* unmanaged[Cdecl]<int>)NativeLibrary.GetExport(library, "ggml_backend_score"))();
            if (score > best.Score)
            {
                best = (score, Path.GetFileNameWithoutExtension(path)["libggml-cpu-".Length..]);
            }
        }

        CpuVariant.Find(directory).ShouldBe(best.Name);
        LlamaBackend.ChosenCpuLibrary().ShouldBe(best.Name);
    }

    [Fact]
    public void Libraries_that_are_not_known_are_left_to_ggml()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            File.WriteAllBytes(Path.Combine(folder.FullName, "libggml-base.so"), []);
            File.WriteAllBytes(Path.Combine(folder.FullName, "libggml-cpu-x64.so"), []);
            CpuVariant.Find(folder.FullName).ShouldBe("x64");

            var gpu = Path.Combine(folder.FullName, "libggml-cuda.so");
            File.WriteAllBytes(gpu, []);
            CpuVariant.Find(folder.FullName).ShouldBeNull();

            File.Delete(gpu);
            File.WriteAllBytes(Path.Combine(folder.FullName, "libggml-cpu-zen9.so"), []);
            CpuVariant.Find(folder.FullName).ShouldBeNull();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
