using SlmEdge.Export.Bundling;
using SlmEdge.Export.Shrinking;
using SlmEdge.Export.Tests.Models;
using SlmEdge.Formats.Families;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Safetensors;
using SlmEdge.Training;
using SlmEdge.Training.FineTuning;
using SlmEdge.Training.Shrinking;

namespace SlmEdge.Export.Tests.Shrinking;

public sealed class PrunedLayersTests
{
    [SkippableFact]
    public void The_block_that_turns_the_stream_least_is_dropped()
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        DecoderConfig config = TinyModel.Config(hidden: 64, layers: 4);
        string model = TinyModel.Write(folder.At("model"), config, seed: 5);
        Silence(model, config, layer: 1);
        Silence(model, config, layer: 2);

        ShrinkOutcome outcome = ModelShrinker.Shrink(model, folder.At("pruned"), new ShrinkPlan { KeepLayers = 2, Texts = ["leaking pump", "engine noise"] });

        outcome.Layers!.Kept.ShouldBe([0, 3]);
        outcome.Layers.Distance!.Value.ShouldBeLessThan(1e-3);
        int[] tokens = TinyModel.Tokens(20, seed: 6);
        Logits.Difference(Logits.Torch(model, null, tokens), Logits.Torch(outcome.Directory, null, tokens)).ShouldBeLessThan(1e-5, "blocks that add nothing cost nothing");
    }

    [SkippableFact]
    public void Without_texts_the_blocks_before_the_last_go_and_it_is_said()
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        string model = TinyModel.Write(folder.At("model"), TinyModel.Config(hidden: 64, layers: 4), seed: 5);
        ShrinkOutcome outcome = ModelShrinker.Shrink(model, folder.At("pruned"), new ShrinkPlan { KeepLayers = 2 });
        outcome.Layers!.Kept.ShouldBe([0, 3]);
        outcome.Description.ShouldContain("no texts");
        Should.Throw<TrainingException>(() => ModelShrinker.Shrink(model, folder.At("more"), new ShrinkPlan { KeepLayers = 5 })).Message.ShouldContain("4 layers");
        Directory.Exists(folder.At("more")).ShouldBeFalse();
    }

    [SkippableFact]
    public void A_layer_that_slides_still_slides_in_its_new_place()
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        DecoderConfig gemma = FamilyCases.Names.Select(FamilyCases.Config).First(c => c.Family.SlidesWindow && c.SlidingWindow is not null && c.NumHiddenLayers > 1);
        string model = TinyModel.Write(folder.At("model"), gemma, seed: 5);
        ShrinkOutcome outcome = ModelShrinker.Shrink(model, folder.At("pruned"), new ShrinkPlan { KeepLayers = gemma.NumHiddenLayers - 1 });
        DecoderConfig pruned = DecoderConfig.Load(outcome.Directory);
        for (int layer = 0; layer < pruned.NumHiddenLayers; layer++)
        {
            pruned.Window(layer).ShouldBe(gemma.Window(outcome.Layers!.Kept[layer]));
        }
    }

    [SkippableFact]
    public void A_bundle_of_a_smaller_model_is_proven_and_verifies()
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        TrainedTinyRun run = TrainedTinyRun.Create(folder, FineTuningMethod.Lora);
        Directory.CreateDirectory(folder.At("out"));
        BundleOutcome outcome = new BundleBuilder(new BundleRequest
        {
            RunDirectory = run.Directory,
            DataFile = run.TestFile,
            OutputPath = folder.At("out", "x.slmb"),
            Gguf = [Engines.LlamaCpp.GgufQuantization.Q8_0],
            Onnx = [Export.Onnx.OnnxPrecision.Int4],
            Smaller = new SmallerOptions(1, folder.At("train.jsonl")),
            Threads = 1,
        }).Build();

        outcome.Proof.Stages.Select(stage => stage.Definition.Stage).ShouldBe(["base", "adapter", "merged", "smaller", "gguf q8_0", "onnx int4"]);
        outcome.Smaller!.KeptTokens!.Count.ShouldBeLessThan(TinyModel.Vocabulary);
        outcome.Proof.Stages.Single(stage => stage.Definition.Stage == "smaller").ClearlyChangedDecisions.ShouldBe(0, "all test words stand in the corpus");
        outcome.Manifest.Codes.ShouldBe(outcome.Smaller.Codes);
        BundleVerifier.Verify(outcome.OutputPath, run.TestFile, new SlmEdge.Tasks.Data.ReaderOptions(), TrainedRun.Open(run.Directory), threads: 1).Passed.ShouldBeTrue();
    }

    /// <summary>Makes a block add nothing to the stream.</summary>
    private static void Silence(string model, DecoderConfig config, int layer)
    {
        SafetensorsEntry[] entries;
        using (SafetensorsCollection weights = SafetensorsCollection.Open(model))
        {
            entries =
            [
                .. DecoderTensors.Of(config).All.Select(tensor =>
                {
                    float[] values = weights.ReadFloat32(tensor.Name);
                    if (tensor.Layer == layer && tensor.Part is DecoderPart.AttentionOutput or DecoderPart.Down)
                    {
                        Array.Clear(values);
                    }

                    return SafetensorsEntry.FromFloat32(tensor.Name, tensor.Shape, SafetensorsType.F32, values);
                }),
            ];
        }

        SafetensorsWriter.Write(Path.Combine(model, "model.safetensors"), entries);
    }
}
