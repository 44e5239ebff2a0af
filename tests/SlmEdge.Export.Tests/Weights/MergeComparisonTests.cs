using SlmEdge.Export.Bundling;
using SlmEdge.Export.Tests.Models;
using SlmEdge.Export.Weights;
using SlmEdge.Formats.Safetensors;
using SlmEdge.Training.FineTuning;

namespace SlmEdge.Export.Tests.Weights;

public sealed class MergeComparisonTests
{
    [SkippableFact]
    public void An_adapter_of_QLoRA_is_merged_into_the_base_that_it_was_trained_on_and_both_figures_are_told()
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        TrainedTinyRun run = TrainedTinyRun.Create(folder, FineTuningMethod.Qlora);
        string adapter = Path.Combine(run.Directory, "adapter");

        MergeChoice single = MergeComparison.Choose(run.BaseDirectory, adapter, SafetensorsType.F32);
        single.Into.ShouldBe(MergeBase.AsTrained);
        single.Original!.Value.ShouldBeGreaterThan(1e-6, "NF4 moves the decisions of this model, or the test proves nothing");
        Math.Abs(single.AsTrained!.Value).ShouldBeLessThan(single.Original.Value / 20);
        single.Prompts.ShouldBeGreaterThan(3);
        single.ToString().ShouldContain("nats into the base as trained");

        MergeChoice rounded = MergeComparison.Choose(run.BaseDirectory, adapter, SafetensorsType.BF16);
        rounded.AsTrained!.Value.ShouldNotBe(single.AsTrained.Value);
        rounded.Kept!.Value.ShouldBe(Math.Min(rounded.AsTrained.Value, rounded.Original!.Value));

        // The logits of what is written are those of base and adapter as trained.
        ModelMerger.Write(run.BaseDirectory, adapter, folder.At("merged"), into: single.Into);
        ModelMerger.Write(run.BaseDirectory, adapter, folder.At("other"), into: MergeBase.Original);
        int[] tokens = TinyModel.Tokens(40, seed: 3);
        float[] trained = Logits.Torch(run.BaseDirectory, adapter, tokens);
        Logits.Difference(trained, Logits.Torch(folder.At("merged"), null, tokens)).ShouldBeLessThan(1e-5);
        Logits.Difference(trained, Logits.Torch(folder.At("other"), null, tokens)).ShouldBeGreaterThan(1e-3);

        Should.Throw<ExportException>(() => MergeComparison.Choose(run.BaseDirectory, adapter, SafetensorsType.BF16, maxKl: 1e-12)).Message.ShouldContain("the bound is 1E-12");
        Directory.Move(run.Directory, folder.At("elsewhere"));
        File.Delete(folder.At("elsewhere", "run.json"));
        MergeChoice unmeasured = MergeComparison.Choose(run.BaseDirectory, folder.At("elsewhere", "adapter"), SafetensorsType.F32);
        unmeasured.Into.ShouldBe(MergeBase.AsTrained);
        unmeasured.Reason!.ShouldContain("was not measured");
    }

    /// <summary>Text is compared where it was learned, at several places of a row; a bundle, whose proof is of labels, is refused by name.</summary>
    [SkippableTheory]
    [InlineData("generate", "kind 'generate'")]
    [InlineData("extract", "kind 'extract'")]
    [InlineData("chat", "kind 'chat'")]
    [InlineData("dpo", "'dpo' run without a task")]
    public void The_merge_of_a_run_that_writes_is_measured_within_its_answers(string kind, string refusal)
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        (string model, string run) = WritingRun.Create(folder, kind);
        MergeChoice choice = MergeComparison.Choose(model, Path.Combine(run, "adapter"), SafetensorsType.F32, maxKl: 10);
        choice.Into.ShouldBe(MergeBase.AsTrained, choice.ToString());
        choice.Original!.Value.ShouldBeGreaterThan(1e-6, "NF4 moves what this model writes, or the test proves nothing");
        Math.Abs(choice.AsTrained!.Value).ShouldBeLessThan(choice.Original.Value / 20);
        choice.Places.ShouldBeGreaterThan(choice.Prompts);
        choice.ToString().ShouldContain($"at {choice.Places} places of {choice.Prompts} rows");
        Should.Throw<ExportException>(() => TrainedRun.Open(run)).Message.ShouldContain(refusal);
    }

    [Fact]
    public void Divergence_is_that_of_the_definition()
    {
        // KL of (3/4, 1/4) from (1/2, 1/2): 3/4 ln 3/2 + 1/4 ln 1/2.
        float[] p = [MathF.Log(0.75f), MathF.Log(0.25f)];
        float[] q = [MathF.Log(0.5f), MathF.Log(0.5f)];
        MergeComparison.MeanKl([p, p], [q, p]).ShouldBe(((0.75 * Math.Log(1.5)) + (0.25 * Math.Log(0.5))) / 2, 1e-6);
    }
}
