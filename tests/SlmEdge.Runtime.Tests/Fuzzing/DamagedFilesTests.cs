using SlmEdge.Benchmarks.Fuzzing;
using SlmEdge.Bundles;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Engines.Tests;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Prompts;

namespace SlmEdge.Runtime.Tests.Fuzzing;

/// <summary>The short form of the benchmarks' <c>fuzz</c> and <c>fuzz-native</c>: the same damage, from fixed seeds, to files of a small random model.</summary>
public sealed class DamagedFilesTests : IDisposable
{
    private const int Managed = 2_000;
    private const int Native = 100;
    private const long SpareMemory = 64L << 20;

    private readonly string folder = Directory.CreateTempSubdirectory("slm-edge-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Two_thousand_damaged_files_are_refused_with_the_exception_of_their_library_or_read_within_their_memory()
    {
        var model = new RandomLlama(seed: 11);
        var tokenizer = Path.Combine(folder, "whole-tokenizer.json");
        model.Tokenizer.Save(tokenizer);
        var targets = FuzzTargets.Create(WriteBundle(model), tokenizer, folder);
        var wrong = new List<string>();
        var counts = new Dictionary<FuzzOutcome, int>();
        foreach (var target in targets)
        {
            var path = Path.Combine(folder, target.FileName);
            File.WriteAllBytes(path, target.Original);
            target.Load(path); // Were the whole file refused, the rest would say nothing.
            for (var mutation = 0; mutation < Managed / targets.Count; mutation++)
            {
                var bytes = StructuralMutation.Apply(target.Original, target.FileName, mutation);
                File.WriteAllBytes(path, bytes);
                var before = GC.GetAllocatedBytesForCurrentThread();
                var outcome = target.Try(path, out var error);
                var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
                counts[outcome] = counts.GetValueOrDefault(outcome) + 1;
                if (outcome == FuzzOutcome.Untyped)
                {
                    wrong.Add($"{target.Name}, mutation {mutation}: {error}");
                }
                else if (allocated > (2L * bytes.Length) + SpareMemory)
                {
                    wrong.Add($"{target.Name}, mutation {mutation}: {allocated} bytes were allocated for {bytes.Length}");
                }
            }
        }

        wrong.ShouldBeEmpty();
        counts[FuzzOutcome.Refused].ShouldBeGreaterThan(Managed / 4);
        counts[FuzzOutcome.Used].ShouldBeGreaterThan(10);
    }

    [Fact]
    public void A_hundred_damaged_files_are_refused_or_used_by_the_engines_without_ending_the_process()
    {
        const int Patience = 120_000;
        var model = new RandomLlama(seed: 11);
        model.WriteGguf(Path.Combine(folder, "model.gguf"));
        model.WriteOnnx(folder);
        NativeTarget.AddAdapter(folder);
        using var child = new NativeFuzzProcess();
        var wrong = new List<string>();
        var used = 0;
        foreach (var target in NativeTarget.All)
        {
            var path = Path.Combine(folder, target.FileName);
            var original = File.ReadAllBytes(path);
            var whole = child.Use(target.Name, path, Patience);
            whole.Outcome.ShouldBe(FuzzOutcome.Used, whole.Message);
            for (var mutation = 0; mutation < Native / NativeTarget.All.Count; mutation++)
            {
                File.WriteAllBytes(path, StructuralMutation.Apply(original, target.FileName, mutation));
                var answer = child.Use(target.Name, path, Patience);
                used += answer.Outcome == FuzzOutcome.Used ? 1 : 0;
                if (answer.Outcome is FuzzOutcome.Crashed or FuzzOutcome.Hung or FuzzOutcome.Untyped)
                {
                    wrong.Add($"{target.Name}, mutation {mutation}: {answer.Outcome}: {answer.Message}");
                }
            }

            File.WriteAllBytes(path, original);
        }

        wrong.ShouldBeEmpty();
        used.ShouldBeInRange(1, Native - 1);
    }

    private string WriteBundle(RandomLlama model)
    {
        var gguf = Path.Combine(folder, "whole.gguf");
        var onnx = Directory.CreateDirectory(Path.Combine(folder, "whole-onnx")).FullName;
        model.WriteGguf(gguf);
        model.WriteOnnx(onnx);
        var task = TaskDefinition.FromLabels("faults", "Name the part.", ["pump", "brake", "engine"]);
        using var tokenizer = LlamaTokenizer.Open(gguf);
        var prompt = ClassificationPrompt.Create(task, tokenizer);
        var writer = new BundleWriter(new BundleManifest
        {
            Name = "faults",
            Version = "1",
            CreatedUtc = DateTimeOffset.UnixEpoch,
            Requires = new BundleRequirements { SlmEdge = BundleRequirements.ReadableSince, Llama = "0.5.0", Onnx = "1.30.0" },
            Task = task,
            Base = new BundleBase("random", new string('a', 64)),
            TokenizerSha256 = model.Tokenizer.Sha256,
            Codes = prompt.Codes,
            PromptSha256 = prompt.Sha256,
            Golden = [new GoldenExample("pump leaks", "pump", 0.9, 0.02)],
        });
        writer.AddFile("gguf/model.gguf", gguf, BundleFileRole.Gguf);
        writer.AddFolder("onnx", onnx, BundleFileRole.Onnx);
        var path = Path.Combine(folder, "whole.slmb");
        writer.Write(path);
        return path;
    }
}
