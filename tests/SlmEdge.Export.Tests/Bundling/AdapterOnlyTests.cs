using SlmEdge.Bundles;
using SlmEdge.Export.Bundling;
using SlmEdge.Export.Gguf;
using SlmEdge.Export.Proof;
using SlmEdge.Export.Tests.Models;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.Gguf.Adapters;
using SlmEdge.Runtime;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Runtime.Classification;
using SlmEdge.Tasks.Data;
using SlmEdge.Training.FineTuning;
using SlmEdge.Training.Models;
using SlmEdge.Training.Quantization;
using SlmEdge.Training.Runs;

namespace SlmEdge.Export.Tests.Bundling;

/// <summary>An adapter that ships alone, and the device that loads it beside the base of another bundle.</summary>
public sealed class AdapterOnlyTests
{
    [SkippableFact]
    public async Task An_adapter_that_ships_alone_decides_beside_its_base_as_it_was_trained()
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        TrainedTinyRun run = TrainedTinyRun.Create(folder, FineTuningMethod.Qlora, BaseForm.Q8_0);
        BundleOutcome host = Build(run, folder.At("out", "host"), request => request with { AsTrained = true });
        BundleOutcome alone = Build(run, folder.At("out", "alone"), request => request with { AdapterOnly = true, Name = "parts", Version = "2.0.0" });
        alone.Manifest.IsAdapter.ShouldBeTrue();
        alone.Manifest.Recommended.ShouldBeNull();
        alone.Manifest.Files.Where(file => file.Role == BundleFileRole.Adapter).ShouldHaveSingleItem().Path.ShouldBe("adapter.gguf");
        alone.Manifest.Golden.ShouldNotBeEmpty();
        StageResult proven = alone.Proof.Stages.Single(stage => stage.Definition.Stage == StageNames.GgufAdapter);
        proven.ClearlyChangedDecisions.ShouldBe(0);
        proven.Definition.SizeBytes.ShouldBe(new FileInfo(folder.At("out", "alone", "adapter.gguf")).Length);

        BundleVerification verification = BundleVerifier.Verify(alone.OutputPath, run.TestFile, new ReaderOptions(), TrainedRun.Open(run.Directory), hostPath: host.OutputPath, threads: 1);
        verification.Passed.ShouldBeTrue();
        verification.Files.ShouldHaveSingleItem().Stored.ShouldNotBeNull().Stage.ShouldBe(StageNames.GgufAdapter);
        Should.Throw<ExportException>(() => BundleVerifier.Verify(alone.OutputPath, run.TestFile, new ReaderOptions(), threads: 1)).Message.ShouldContain("--beside");
        Should.Throw<ExportException>(() => BundleVerifier.Verify(host.OutputPath, run.TestFile, new ReaderOptions(), hostPath: host.OutputPath, threads: 1)).Message.ShouldContain("has its own models");

        using var runtime = SlmRuntime.Open(host.OutputPath, new RuntimeOptions { Threads = 1 });
        AdapterInfo info = await runtime.Adapters.LoadAsync(alone.OutputPath);
        info.ShouldSatisfyAllConditions(() => info.Name.ShouldBe("parts"), () => info.Version.ShouldBe("2.0.0"), () => info.PromptSha256.ShouldBe(runtime.PromptSha256));
        (info.Drift is not null).ShouldBe(alone.Manifest.Files.Any(file => file.Role == BundleFileRole.Reference));
        foreach (string text in new[] { "replace pump today 1", "check battery again 2", "worn bucket urgent 3" })
        {
            Decision own = await runtime.Classifier.ClassifyAsync(text);
            Decision decision = await runtime.Classifier.ClassifyAsync(text, new ClassificationOptions { Adapter = "parts" });
            decision.Label.ShouldBe(own.Label);
            decision.Label.ShouldBe(text.Split(' ')[1]);
        }
    }

    [SkippableFact]
    public async Task An_adapters_file_says_what_it_was_trained_on_and_the_device_reads_it()
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        TrainedTinyRun run = TrainedTinyRun.Create(folder, FineTuningMethod.Qlora, BaseForm.Q8_0);
        string adapter = RunDirectory.AdapterPath(run.Directory);
        GgufAdapterIdentity identity = AdapterIdentity.Of(run.BaseDirectory, adapter, "parts", "3");
        GgufExporter.ExportAdapter(run.BaseDirectory, adapter, folder.At("parts.gguf"), identity);
        RunRecord record = RunRecord.Load(run.Directory);
        identity.ShouldBe(new GgufAdapterIdentity("parts", "3", ModelDirectory.Hash(run.BaseDirectory), record.Base!.TokenizerSha256, null, record.PromptSha256));
        using (GgufFile file = GgufFile.Open(folder.At("parts.gguf")))
        {
            GgufAdapterIdentity.Read(file).ShouldBe(identity);
        }

        // Away from its run it knows the base all the same, but no prompt.
        Directory.Move(adapter, folder.At("moved"));
        AdapterIdentity.Of(run.BaseDirectory, folder.At("moved"), null, "3").ShouldBe(identity with { Name = "moved", PromptSha256 = null });
        Directory.Move(folder.At("moved"), adapter);

        BundleOutcome host = Build(run, folder.At("out", "host"), request => request with { AsTrained = true });
        using var runtime = SlmRuntime.Open(host.OutputPath, new RuntimeOptions { Threads = 1 });
        (await runtime.Adapters.LoadAsync(folder.At("parts.gguf"))).Version.ShouldBe("3");
        Decision own = await runtime.Classifier.ClassifyAsync("replace pump today 1");
        (await runtime.Classifier.ClassifyAsync("replace pump today 1", new ClassificationOptions { Adapter = "parts" })).Scores.ShouldBe(own.Scores);
    }

    [SkippableFact]
    public void A_run_without_an_adapter_and_contradicting_wishes_are_refused()
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        TrainedTinyRun run = TrainedTinyRun.Create(folder, FineTuningMethod.Full);
        Should.Throw<ExportException>(() => Build(run, folder.At("out", "alone"), request => request with { AdapterOnly = true })).Message.ShouldContain("--method lora");
        Should.Throw<ExportException>(() => Build(run, folder.At("out", "alone"), request => request with { AdapterOnly = true, AsTrained = true })).Message.ShouldContain("ships no model");
        Should.Throw<ExportException>(() => Build(run, folder.At("out", "alone"), request => request)).Message.ShouldContain("--adapter-only");
    }

    private static BundleOutcome Build(TrainedTinyRun run, string path, Func<BundleRequest, BundleRequest> change) =>
        new BundleBuilder(change(new BundleRequest { RunDirectory = run.Directory, DataFile = run.TestFile, OutputPath = path, Threads = 1 })).Build();
}
