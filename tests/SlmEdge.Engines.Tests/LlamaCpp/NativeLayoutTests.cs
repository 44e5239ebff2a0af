using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using SlmEdge.Engines.LlamaCpp.Native;

namespace SlmEdge.Engines.Tests.LlamaCpp;

/// <summary>
/// Compiles a C program against the header that the bound llama.cpp was built from and compares every size and offset
/// with our structures.
/// </summary>
public sealed class NativeLayoutTests
{
    private static readonly (string C, Type Managed)[] Structures =
    [
        ("llama_model_params", typeof(LlamaModelParams)),
        ("llama_context_params", typeof(LlamaContextParams)),
        ("llama_batch", typeof(LlamaBatch)),
        ("llama_model_quantize_params", typeof(LlamaModelQuantizeParams)),
    ];

    [SkippableFact]
    public void Structures_have_the_sizes_and_offsets_of_the_real_header()
    {
        using var folder = new TemporaryFolder();
        var source = FindSource(folder);
        var compiler = FindProgram("cc");
        Skip.If(compiler is null, "no C compiler (cc) on the PATH");
        var program = new StringBuilder("#include <stddef.h>\n#include <stdio.h>\n#include \"llama.h\"\nint main(void) {\n");
        foreach (var (name, type) in Structures)
        {
            program.Append(CultureInfo.InvariantCulture, $"printf(\"{name} sizeof %zu\\n\", sizeof(struct {name}));\n");
            foreach (var field in Fields(type))
            {
                program.Append(CultureInfo.InvariantCulture, $"printf(\"{name} {field.Name} %zu\\n\", offsetof(struct {name}, {NativeName(field.Name)}));\n");
            }
        }

        File.WriteAllText(folder.File("layout.c"), program.Append("return 0; }\n").ToString());
        Run(compiler!, folder.Path, "-w", "-I", Path.Combine(source, "include"), "-I", Path.Combine(source, "ggml", "include"), "layout.c", "-o", "layout");
        var expected = Run(folder.File("layout"), folder.Path).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        expected.Length.ShouldBe(Structures.Length + Structures.Sum(structure => Fields(structure.Managed).Length));
        Describe().ShouldBe(expected);
    }

    [Fact]
    public void Structures_are_blittable()
    {
        foreach (var (_, type) in Structures)
        {
            Marshal.SizeOf(type).ShouldBe(SizeOf(type), type.Name);
        }
    }

    [SkippableFact]
    public void Defaults_of_the_library_arrive_in_the_right_fields()
    {
        NativeEngines.Require();
        LlamaBackend.EnsureLoaded();
        var model = LlamaNative.llama_model_default_params();
        model.VocabOnly.ShouldBe((byte)0);
        model.UseExtraBufts.ShouldBe((byte)1);
        var context = LlamaNative.llama_context_default_params();
        context.NCtx.ShouldBe(512u);
        context.NBatch.ShouldBe(2048u);
        context.NUbatch.ShouldBe(512u);
        context.TypeK.ShouldBe(1);
        context.TypeV.ShouldBe(1);
        context.OffloadKqv.ShouldBe((byte)1);
        var quantize = LlamaNative.llama_model_quantize_default_params();
        quantize.Ftype.ShouldBe(7);
        quantize.QuantizeOutputTensor.ShouldBe((byte)1);
        quantize.OutputTensorType.ShouldBe(quantize.TokenEmbeddingType);
    }

    private static IEnumerable<string> Describe()
    {
        foreach (var (name, type) in Structures)
        {
            yield return $"{name} sizeof {SizeOf(type)}";
            foreach (var field in Fields(type))
            {
                yield return $"{name} {field.Name} {Marshal.OffsetOf(type, field.Name)}";
            }
        }
    }

    private static int SizeOf(Type type) =>
        (int)typeof(System.Runtime.CompilerServices.Unsafe).GetMethod("SizeOf")!.MakeGenericMethod(type).Invoke(null, null)!;

    private static FieldInfo[] Fields(Type type) =>
        type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);

    // NGpuLayers is n_gpu_layers; quantisation's threads are one word in C.
    private static string NativeName(string name)
    {
        if (name == "NThread")
        {
            return "nthread";
        }

        var result = new StringBuilder();
        foreach (var letter in name)
        {
            if (char.IsUpper(letter) && result.Length > 0)
            {
                result.Append('_');
            }

            result.Append(char.ToLowerInvariant(letter));
        }

        return result.ToString();
    }

    private static string FindSource(TemporaryFolder folder)
    {
        if (Environment.GetEnvironmentVariable("SLMEDGE_LLAMA_SOURCE") is { Length: > 0 } configured)
        {
            Skip.IfNot(File.Exists(Path.Combine(configured, "include", "llama.h")), $"SLMEDGE_LLAMA_SOURCE='{configured}' has no include/llama.h");
            return configured;
        }

        var bundle = Path.Combine(SharedData.RepositoryRoot(), "tests", "peers", "node_modules", "node-llama-cpp", "llama", "gitRelease.bundle");
        Skip.IfNot(File.Exists(bundle), "the header is not here: install tests/peers (npm ci --ignore-scripts) or set SLMEDGE_LLAMA_SOURCE to llama.cpp's source");
        var git = FindProgram("git");
        Skip.If(git is null, "no git on the PATH to read the header's bundle with");
        Run(git!, folder.Path, "clone", "--quiet", "--depth", "1", bundle, "llama");
        return folder.File("llama");
    }

    private static string? FindProgram(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(directory => Path.Combine(directory, name))
            .FirstOrDefault(File.Exists);

    private static string Run(string program, string directory, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, $"{Path.GetFileName(program)}: {error.Result}");
        return output;
    }
}
