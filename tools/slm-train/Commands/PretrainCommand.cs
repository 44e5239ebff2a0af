using System.CommandLine;
using System.Globalization;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Train.Display;
using SlmEdge.Training.Checkpoints;
using SlmEdge.Training.Optimization;
using SlmEdge.Training.Pretraining;
using SlmEdge.Training.Reports;
using SlmEdge.Training.Runs;

namespace SlmEdge.Train.Commands;

/// <summary><c>slm-train pretrain</c>: a model from nothing but text.</summary>
internal static class PretrainCommand
{
    public static Command Create()
    {
        var tokenizer = new Option<DirectoryInfo>("--tokenizer") { Description = "Directory with tokenizer.json", Required = true };
        var files = new Option<FileInfo[]>("--files") { Description = "Training text (see 'tokenizer')", Required = true, AllowMultipleArgumentsPerToken = true };
        var valid = new Option<FileInfo>("--valid") { Description = "Validation text", Required = true };
        var upper = new Option<double>("--upper-case-share") { DefaultValueFactory = _ => 0, Description = "Share of the documents that are turned into capitals, as logs and notes are often written" }.Between(0, 1);
        var output = new Option<DirectoryInfo>("--out") { Description = "Run directory to write; the model is in its folder 'model'", Required = true };
        var hidden = new Option<int>("--hidden-size") { DefaultValueFactory = _ => 256, Description = "Width of the residual stream" }.AtLeast(1);
        var layers = new Option<int>("--layers") { DefaultValueFactory = _ => 5, Description = "Decoder blocks" }.AtLeast(1);
        var heads = new Option<int>("--heads") { DefaultValueFactory = _ => 4, Description = "Attention heads" }.AtLeast(1);
        var kvHeads = new Option<int>("--kv-heads") { DefaultValueFactory = _ => 2, Description = "Key/value heads" }.AtLeast(1);
        var feedForward = new Option<int>("--feed-forward") { DefaultValueFactory = _ => 768, Description = "Width of the feed-forward block" }.AtLeast(1);
        var context = new Option<int>("--context") { DefaultValueFactory = _ => 1024, Description = "Longest sequence the model is made for" }.AtLeast(2);
        var length = new Option<int>("--sequence-length") { DefaultValueFactory = _ => 512, Description = "Tokens per training sequence" }.AtLeast(1);
        var batch = new Option<int>("--batch") { DefaultValueFactory = _ => 8, Description = "Sequences per update" }.AtLeast(1);
        var tokens = new Option<long>("--tokens") { DefaultValueFactory = _ => 0, Description = "Training tokens; 0 is one pass over the files" }.AtLeast(0);
        var optimizer = new Option<OptimizerKind>("--optimizer") { DefaultValueFactory = _ => OptimizerKind.Muon, Description = "muon or adamw" }.Named();
        var rate = new Option<double>("--learning-rate") { DefaultValueFactory = _ => 3e-3, Description = "Peak learning rate" }.AtLeast(0);
        var seed = new Option<long>("--seed") { DefaultValueFactory = _ => 1, Description = "Seed of the weights and of the order" }.AtLeast(0);
        var every = new Option<int>("--evaluate-every") { DefaultValueFactory = _ => 200, Description = "Steps between validations and checkpoints" }.AtLeast(1);
        var threads = new Option<int>("--threads") { DefaultValueFactory = _ => 0, Description = "Compute threads; 0 leaves the choice to libtorch" }.InThreads();
        var resume = new Option<bool>("--resume") { Description = "Continue from the run's last checkpoint" };
        var command = new Command("pretrain", "Train a small model from nothing on plain text")
        {
            tokenizer, files, valid, upper, output, hidden, layers, heads, kvHeads, feedForward, context, length, batch, tokens, optimizer, rate, seed, every, threads, resume,
        };
        command.SetAction((parsed, cancellation) =>
        {
            if (parsed.GetValue(hidden) % parsed.GetValue(heads) != 0)
            {
                throw new UsageException($"--hidden-size {parsed.GetValue(hidden)} cannot be shared out over --heads {parsed.GetValue(heads)}; choose a multiple.");
            }

            var options = new PretrainOptions
            {
                TokenizerDirectory = parsed.GetValue(tokenizer)!.FullName,
                Files = [.. parsed.GetValue(files)!.Select(f => f.FullName)],
                ValidationFile = parsed.GetValue(valid)!.FullName,
                OutputDirectory = parsed.GetValue(output)!.FullName,
                Shape = new DecoderConfig
                {
                    HiddenSize = parsed.GetValue(hidden),
                    NumHiddenLayers = parsed.GetValue(layers),
                    NumAttentionHeads = parsed.GetValue(heads),
                    NumKeyValueHeads = parsed.GetValue(kvHeads),
                    HeadDim = parsed.GetValue(hidden) / parsed.GetValue(heads),
                    IntermediateSize = parsed.GetValue(feedForward),
                    MaxPositionEmbeddings = parsed.GetValue(context),
                    VocabSize = 1,
                    NormEps = 1e-5,
                    RopeTheta = 10_000,
                    TieWordEmbeddings = true,
                },
                UpperCaseShare = parsed.GetValue(upper),
                SequenceLength = parsed.GetValue(length),
                BatchSequences = parsed.GetValue(batch),
                Tokens = parsed.GetValue(tokens),
                Optimizer = parsed.GetValue(optimizer),
                LearningRate = parsed.GetValue(rate),
                Seed = parsed.GetValue(seed),
                EvaluateEvery = parsed.GetValue(every),
                CheckpointEvery = parsed.GetValue(every),
                Threads = parsed.GetValue(threads),
                Resume = parsed.GetValue(resume),
            };
            Run(options, cancellation);
            return Task.FromResult(0);
        });
        return command;
    }

    private static void Run(PretrainOptions options, CancellationToken cancellation)
    {
        PretrainResult result;
        try
        {
            result = TrainingDisplay.Run(progress => new Pretrainer(options).Run(progress, TrainingDisplay.Message, cancellation));
        }
        catch (OperationCanceledException e) when (Checkpoint.Exists(options.OutputDirectory))
        {
            throw new StoppedException($"The checkpoint in {Checkpoint.Directory(options.OutputDirectory)} is kept; the same command with --resume goes on from it.", e);
        }

        var report = TrainingReport.Write(options.OutputDirectory);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.Parameters:N0} parameters, {result.Tokens:N0} tokens, validation loss {result.ValidationLoss:F4} ({result.BitsPerByte:F3} bits per byte)"));
        foreach (var sample in result.Samples)
        {
            Console.WriteLine($"  {sample.Prompt}│{sample.Continuation.ReplaceLineEndings(" ")}");
        }

        Console.WriteLine($"Model: {result.ModelDirectory}");
        Console.WriteLine($"Report: {report}");
    }
}
