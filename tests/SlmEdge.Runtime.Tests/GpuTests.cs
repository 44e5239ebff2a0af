using SlmEdge.Bundles;
using SlmEdge.Engines;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Engines.OnnxRuntime;
using SlmEdge.Engines.Tests;
using SlmEdge.Runtime.Loading;

namespace SlmEdge.Runtime.Tests;

public sealed class GpuTests
{
    [SkippableFact]
    public void Layers_on_a_gpu_that_is_not_there_are_refused()
    {
        Skip.If(LlamaCppEngine.FindGpu() is not null, "llama.cpp has a GPU here.");
        using var bundle = TinyBundle.Create();

        Should.Throw<RuntimeException>(() => SlmRuntime.Open(bundle.Path, new RuntimeOptions { CacheDirectory = bundle.Cache, GpuLayers = -1 })).Message.ShouldContain("GPU");
    }

    [SkippableFact]
    public void The_cuda_provider_is_refused_where_its_library_is_missing()
    {
        Skip.If(OnnxEngine.FindGpu() is not null, "ONNX Runtime has a GPU here.");
        var folder = Directory.CreateTempSubdirectory("slm-edge-").FullName;
        try
        {
            new RandomLlama(seed: 5).WriteOnnx(folder);

            Should.Throw<EngineException>(() => OnnxEngine.Open(folder, new OnnxEngineOptions { Gpu = true })).Message.ShouldContain("providers_cuda");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [SkippableFact]
    public void Where_there_is_no_gpu_the_cpu_computes_unasked()
    {
        Skip.If(LlamaCppEngine.FindGpu() is not null, "llama.cpp has a GPU here.");
        using var bundle = TinyBundle.Create();
        using var runtime = SlmRuntime.Open(bundle.Path, new RuntimeOptions { CacheDirectory = bundle.Cache });

        runtime.EngineInfo.Gpu.ShouldBeFalse();
        runtime.EngineInfo.GpuProblem.ShouldBeNull();
        runtime.IsDeterministic.ShouldBeTrue();
    }

    [SkippableFact]
    public async Task A_gpu_is_chosen_unasked_and_decides_as_the_cpu_does()
    {
        Skip.If(LlamaCppEngine.FindGpu() is null, "llama.cpp has no GPU here.");
        using var bundle = TinyBundle.Create();
        using var onCpu = SlmRuntime.Open(bundle.Path, new RuntimeOptions { CacheDirectory = bundle.Cache, GpuLayers = 0 });
        using var onGpu = SlmRuntime.Open(bundle.Path, new RuntimeOptions { CacheDirectory = bundle.Cache });

        onCpu.EngineInfo.Gpu.ShouldBeFalse();
        onGpu.EngineInfo.Gpu.ShouldBeTrue(onGpu.EngineInfo.GpuProblem);
        onGpu.IsDeterministic.ShouldBeFalse();
        var expected = await onCpu.Classifier.ClassifyAsync(TinyBundle.Texts);
        var decisions = await onGpu.Classifier.ClassifyAsync(TinyBundle.Texts);
        foreach (var (decision, other) in decisions.Zip(expected))
        {
            foreach (var score in other.Scores)
            {
                decision.Scores.Single(own => own.Label == score.Label).Probability.ShouldBe(score.Probability, 0.01);
            }
        }
    }

    [SkippableFact]
    public void A_gpu_that_does_not_work_is_done_without_and_said()
    {
        using var tiny = TinyBundle.Create();
        var asked = new List<int>();

        using var model = Open(tiny, new RuntimeOptions(), () => "Some GPU", layers => asked.Add(layers));

        asked.ShouldBe([-1, 0]);
        model.GpuProblem.ShouldBe("Some GPU: out of its memory");
    }

    [SkippableFact]
    public void Same_bits_that_were_asked_for_are_computed_without_looking_for_a_gpu()
    {
        using var tiny = TinyBundle.Create();
        var asked = new List<int>();

        using var model = Open(tiny, new RuntimeOptions { Deterministic = true }, () => throw new InvalidOperationException("looked"), layers => asked.Add(layers));

        asked.ShouldBe([0]);
        model.Sequences.IsRepeatable.ShouldBeTrue();
    }

    [SkippableFact]
    public void A_gpu_that_was_asked_for_and_does_not_work_is_an_error()
    {
        using var tiny = TinyBundle.Create();

        Should.Throw<EngineException>(() => { Open(tiny, new RuntimeOptions { GpuLayers = 4 }, () => "Some GPU", _ => { }); });
    }

    // There is no GPU to fail: what opens on one fails in its stead, what opens on the CPU is the real model.
    private static LoadedModel Open(TinyBundle tiny, RuntimeOptions options, Func<string?> findGpu, Action<int> note)
    {
        options = options with { CacheDirectory = tiny.Cache };
        return GpuChoice.Open(options, findGpu, (layers, problem) =>
        {
            note(layers);
            if (layers != 0)
            {
                throw new EngineException("out of its memory");
            }

            using var bundle = Bundle.Open(tiny.Path, new BundleOptions { CacheDirectory = tiny.Cache });
            return ModelLoader.LoadLlama(bundle, ModelChoice.All(bundle.Manifest)[0], options, layers, problem);
        });
    }
}
