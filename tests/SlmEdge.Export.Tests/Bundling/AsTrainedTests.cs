using System.Runtime.InteropServices;
using SlmEdge.Bundles;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Export.Bundling;
using SlmEdge.Export.Gguf;
using SlmEdge.Export.Onnx;
using SlmEdge.Export.Proof;
using SlmEdge.Export.Tests.Models;
using SlmEdge.Export.Weights;
using SlmEdge.Formats.Gguf;
using SlmEdge.Tasks.Data;
using SlmEdge.Training;
using SlmEdge.Training.FineTuning;
using SlmEdge.Training.Quantization;

namespace SlmEdge.Export.Tests.Bundling;

/// <summary>Training on the blocks of the deployed file: what the trainer decides, the device decides.</summary>
public sealed class AsTrainedTests
{
    /// <summary>
    /// Bounds of the mean KL between the trainer's label scores and libllama's, whose only difference are activations rounded to 8 bits.
    /// </summary>
    private const double LlamaKl = 5e-4;

    [SkippableTheory]
    [InlineData(BaseForm.Q4_0, FineTuningMethod.Lora, 64, GgmlType.Q4_0)]
    [InlineData(BaseForm.Q8_0, FineTuningMethod.Qlora, 64, GgmlType.Q8_0)]
    [InlineData(BaseForm.IQ4_NL, FineTuningMethod.Qlora, 64, GgmlType.IQ4_NL)]
    [InlineData(BaseForm.Q4_K, FineTuningMethod.Qlora, 256, GgmlType.Q4_K)]
    public void A_bundle_of_base_file_and_adapter_decides_as_the_trainer(BaseForm form, FineTuningMethod method, int hidden, GgmlType projections)
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        TrainedTinyRun run = TrainedTinyRun.Create(folder, method, form, hidden);
        BundleOutcome outcome = Build(folder, run);
        StageResult trained = Check(outcome, StageNames.Gguf("trained"));
        trained.MeanKl!.Value.ShouldBeLessThan(LlamaKl);

        // The file's blocks are the trainer's, value for value, and of the types that were asked for.
        string path = folder.At("out", "bundle", "gguf", "model-trained.gguf");
        using (GgufFile file = GgufFile.Open(path))
        {
            file.GetTensor("blk.0.attn_q.weight").Type.ShouldBe(projections);
            file.GetTensor("blk.0.ffn_down.weight").Type.ShouldBe(projections);
            file.GetTensor("token_embd.weight").Type.ShouldBe(GgmlType.Q8_0);
        }

        using (ModelWeights shipped = ModelWeights.Open(path))
        using (ModelWeights held = ModelWeights.OpenHeld(run.BaseDirectory, Path.Combine(run.Directory, "adapter")))
        {
            foreach (string name in shipped.Names)
            {
                MemoryMarshal.Cast<float, int>(shipped.Read(name)).SequenceEqual(MemoryMarshal.Cast<float, int>(held.Read(name))).ShouldBeTrue(name);
            }
        }

        Verify(outcome, run);
    }

    [SkippableFact]
    public void An_ONNX_folder_with_the_adapter_beside_int4_blocks_decides_as_the_trainer()
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        TrainedTinyRun run = TrainedTinyRun.Create(folder, FineTuningMethod.Qlora, BaseForm.Int4Onnx);
        BundleOutcome outcome = Build(folder, run);
        StageResult trained = Check(outcome, StageNames.Onnx("trained"));

        // Activations are not rounded here, so only the order of sums differs.
        trained.MeanKl!.Value.ShouldBeLessThan(1e-8);
        trained.ChangedDecisions.ShouldBe(0);
        int[] tokens = TinyModel.Tokens(30, seed: 5);
        Logits.Difference(Logits.Torch(run.BaseDirectory, Path.Combine(run.Directory, "adapter"), tokens), Logits.Onnx(folder.At("out", "bundle", "onnx-trained"), tokens))
            .ShouldBeLessThan(1e-4);
        Verify(outcome, run);
    }

    [SkippableFact]
    public void A_run_on_a_GGUF_base_ships_that_very_file_and_its_adapter()
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        TrainedTinyRun run = TrainedTinyRun.Create(folder, FineTuningMethod.Qlora, prepare: model =>
        {
            using ModelWeights weights = ModelWeights.Open(model);
            GgufExporter.Export(weights, folder.At("base.gguf"), GgufQuantization.Q4_0);
            return folder.At("base.gguf");
        });
        BundleOutcome outcome = Build(folder, run, GgufQuantization.Q8_0);
        Check(outcome, StageNames.Gguf("trained")).MeanKl!.Value.ShouldBeLessThan(LlamaKl);
        outcome.Proof.Stages.Select(s => s.Definition.Stage).ShouldBe(["base", "adapter", "gguf trained", "merged", "gguf q8_0", "gguf base + adapter"]);
        outcome.Proof.Stages.Single(s => s.Definition.Stage == "merged").ChangedDecisions.ShouldBe(0);
        File.ReadAllBytes(folder.At("out", "bundle", "gguf", "model-trained.gguf")).ShouldBe(File.ReadAllBytes(run.BaseDirectory));
        Verify(outcome, run);

        Should.Throw<ExportException>(() => OnnxExporter.Export(ModelWeights.Open(run.BaseDirectory), folder.At("onnx"), OnnxPrecision.Fp32)).Message.ShouldContain("is a GGUF file");
        Options(run.BaseDirectory, FineTuningMethod.Qlora, BaseForm.Q8_0).ShouldContain("in the blocks that it has");
        Options(run.BaseDirectory, FineTuningMethod.Full, null).ShouldContain("--method full");
        Options("model", FineTuningMethod.Full, BaseForm.Q8_0).ShouldContain("--quant q8_0 holds a frozen base");

        string Options(string model, FineTuningMethod method, BaseForm? quant) => Should.Throw<TrainingException>(() => new SftOptions
        {
            BaseDirectory = model, Method = method, Quant = quant, TrainFile = "", OutputDirectory = "", Task = Tasks.TaskDefinition.FromLabels("x", "y", ["a", "b"]),
        }.Validate()).Message;
    }

    [SkippableFact]
    public void A_run_whose_base_no_device_holds_is_refused_and_told_what_to_do()
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        TrainedTinyRun run = TrainedTinyRun.Create(folder, FineTuningMethod.Qlora);
        Should.Throw<ExportException>(() => Build(folder, run)).Message.ShouldContain("held in nf4, which no device runs");
        string adapter = Path.Combine(run.Directory, "adapter");
        Should.Throw<ExportException>(() => GgufExporter.ExportHeldBase(run.BaseDirectory, adapter, folder.At("x.gguf"))).Message.ShouldContain("--quant q4_0");
        Should.Throw<ExportException>(() => OnnxExporter.ExportHeldBase(run.BaseDirectory, adapter, folder.At("x"))).Message.ShouldContain("--quant int4-onnx");
        Directory.EnumerateFileSystemEntries(folder.Root, "x*").ShouldBeEmpty();
    }

    private static StageResult Check(BundleOutcome outcome, string stage)
    {
        outcome.Proof.Reference.Definition.Stage.ShouldBe("adapter");
        outcome.Proof.Reference.Report.Accuracy.ShouldBeGreaterThan(0.8, "the run has to have learnt, or the rest proves nothing");
        StageResult trained = outcome.Proof.Stages.Single(s => s.Definition.Stage == stage);
        trained.ClearlyChangedDecisions.ShouldBe(0);
        return trained;
    }

    private static void Verify(BundleOutcome outcome, TrainedTinyRun run)
    {
        BundleVerification verification = BundleVerifier.Verify(outcome.OutputPath, run.TestFile, new ReaderOptions(), TrainedRun.Open(run.Directory), threads: 1);
        verification.Passed.ShouldBeTrue();
        verification.Files.ShouldAllBe(file => file.Stored != null && file.Agrees);
    }

    private static BundleOutcome Build(TemporaryFolder folder, TrainedTinyRun run, params GgufQuantization[] merged) => new BundleBuilder(new BundleRequest
    {
        RunDirectory = run.Directory,
        DataFile = run.TestFile,
        AsTrained = true,
        Gguf = merged,
        OutputPath = folder.At("out", "bundle"),
        Threads = 1,
    }).Build();
}
