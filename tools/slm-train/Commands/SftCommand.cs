using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using SlmEdge.Tasks;
using SlmEdge.Train.Display;
using SlmEdge.Training.Adapters;
using SlmEdge.Training.Checkpoints;
using SlmEdge.Training.FineTuning;
using SlmEdge.Training.Optimization;
using SlmEdge.Training.Quantization;
using SlmEdge.Training.Reports;
using SlmEdge.Training.Runs;

namespace SlmEdge.Train.Commands;

/// <summary><c>slm-train sft</c>: supervised fine-tuning of a task.</summary>
internal static class SftCommand
{
    public static Command Create()
    {
        var @base = new Option<DirectoryInfo>("--base") { Description = "Base model: a folder in Hugging Face layout, or a GGUF file", Required = true };
        var task = new Option<FileInfo>("--task") { Description = "Task definition; 'slm-train task' makes one from your data", Required = true };
        var train = new Option<FileInfo>("--train") { Description = "Training rows: .jsonl or .csv with text and label", Required = true };
        var valid = new Option<FileInfo?>("--valid") { Description = "Validation rows; without it a tenth of the training rows is held out" };
        var textColumn = new Option<string>("--text-column") { DefaultValueFactory = _ => "text", Description = "Column with the text" };
        var labelColumn = new Option<string>("--label-column") { DefaultValueFactory = _ => "label", Description = "Column with the label" };
        var method = new Option<FineTuningMethod>("--method") { DefaultValueFactory = _ => FineTuningMethod.Qlora, Description = "lora, qlora or full" }.Named();
        var quant = new Option<string?>("--quant") { Description = "Hold the frozen base in the blocks of the file that will run on the device: " + string.Join(", ", BaseForms.Names) + "; default: nf4 for qlora" };
        quant.AcceptOnlyFromAmong([.. BaseForms.Names]);
        var output = new Option<DirectoryInfo>("--out") { Description = "Run directory to write", Required = true };
        var rank = new Option<int>("--rank") { DefaultValueFactory = _ => 32, Description = "LoRA rank" }.AtLeast(1);
        var alpha = new Option<double>("--alpha") { DefaultValueFactory = _ => 64, Description = "LoRA alpha" }.AtLeast(0);
        var dropout = new Option<double>("--dropout") { DefaultValueFactory = _ => 0.05, Description = "LoRA dropout" }.Between(0, 1);
        var targets = new Option<string[]>("--target-modules") { DefaultValueFactory = _ => [LoraConfig.AllLinear], Description = "Projections to adapt, or all-linear", AllowMultipleArgumentsPerToken = true };
        var tokenDropout = new Option<double>("--token-dropout") { DefaultValueFactory = _ => 0.1, Description = "Share of each training text's tokens left out at random, against learning by heart" }.Between(0, 1);
        var optimizer = new Option<OptimizerKind>("--optimizer") { DefaultValueFactory = _ => OptimizerKind.Muon, Description = "muon, adamw, or adamw8bit (state in 8 bits)" }.Named();
        var offload = new Option<bool>("--offload-optimizer") { Description = "Keep the optimiser's state in main memory and not on the GPU" };
        var rankStabilized = new Option<bool>("--rslora") { Description = "Scale adapters by alpha / sqrt(rank)" };
        var loraPlus = new Option<double>("--lora-plus-ratio") { DefaultValueFactory = _ => 1, Description = "LoRA+: learning rate of B over that of A; needs --optimizer adamw" }.AtLeast(0);
        var schedule = new Option<ScheduleShape>("--schedule") { DefaultValueFactory = _ => ScheduleShape.Cosine, Description = "cosine, linear or constant after the warm-up" }.Named();
        var warmup = new Option<double>("--warmup-share") { DefaultValueFactory = _ => 0.05, Description = "Share of the steps that warm up" }.Between(0, 1);
        var decay = new Option<double>("--weight-decay") { DefaultValueFactory = _ => 0.01, Description = "Decoupled weight decay of the matrices" }.AtLeast(0);
        var clip = new Option<double>("--gradient-clip") { DefaultValueFactory = _ => 1.0, Description = "Largest norm of all gradients; 0 is no limit" }.AtLeast(0);
        var packTokens = new Option<int>("--pack-tokens") { DefaultValueFactory = _ => 4096, Description = "Tokens per forward pass; gradients of a larger batch are accumulated" }.AtLeast(1);
        var recompute = new Option<bool>("--activation-checkpointing") { Description = "Compute activations again in the backward pass: less memory, more time, the same result" };
        var evaluateEvery = new Option<int>("--evaluate-every") { DefaultValueFactory = _ => 0, Description = "Steps between evaluations; 0 is once per pass" }.AtLeast(0);
        var epochs = new Option<int>("--epochs") { DefaultValueFactory = _ => 10, Description = "Most passes over the training rows" }.AtLeast(1);
        var batch = new Option<int>("--batch") { DefaultValueFactory = _ => 16, Description = "Rows per update" }.AtLeast(1);
        var rate = new Option<double>("--learning-rate") { DefaultValueFactory = _ => 0, Description = "Peak learning rate; 0 chooses by method" }.AtLeast(0);
        var patience = new Option<int>("--patience") { DefaultValueFactory = _ => 4, Description = "Evaluations without improvement before stopping; 0 never stops early" }.AtLeast(0);
        var maxLength = new Option<int>("--max-length") { DefaultValueFactory = _ => 0, Description = "Longest row in tokens; 0 is the model's context" }.AtLeast(0);
        var seed = new Option<long>("--seed") { DefaultValueFactory = _ => 1, Description = "Seed" }.AtLeast(0);
        var threads = new Option<int>("--threads") { DefaultValueFactory = _ => 0, Description = "Compute threads; 0 leaves the choice to libtorch" }.InThreads();
        var resume = new Option<bool>("--resume") { Description = "Continue from the run's last checkpoint" };
        var json = new Option<bool>("--json") { Description = "Print the result as JSON" };
        var command = new Command("sft", "Fine-tune a base model on a task")
        {
            @base, task, train, valid, textColumn, labelColumn, method, quant, output, rank, alpha, dropout, targets, tokenDropout, optimizer, epochs, batch, rate, patience, maxLength, seed, threads, resume, json,
            rankStabilized, loraPlus, schedule, warmup, decay, clip, packTokens, recompute, evaluateEvery, offload,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var options = new SftOptions
            {
                BaseDirectory = parsed.GetValue(@base)!.FullName,
                Task = TaskDefinition.Load(parsed.GetValue(task)!.FullName),
                TrainFile = parsed.GetValue(train)!.FullName,
                ValidationFile = parsed.GetValue(valid)?.FullName,
                TextColumn = parsed.GetValue(textColumn)!,
                LabelColumn = parsed.GetValue(labelColumn)!,
                Method = parsed.GetValue(method),
                Quant = parsed.GetValue(quant) is { } form ? BaseForms.Parse(form) : null,
                OutputDirectory = parsed.GetValue(output)!.FullName,
                Lora = new LoraConfig(parsed.GetValue(rank), parsed.GetValue(alpha), parsed.GetValue(dropout), parsed.GetValue(targets)!, parsed.GetValue(rankStabilized)),
                LoraPlusRatio = parsed.GetValue(loraPlus),
                Schedule = parsed.GetValue(schedule),
                WarmupShare = parsed.GetValue(warmup),
                WeightDecay = parsed.GetValue(decay),
                GradientClip = parsed.GetValue(clip),
                PackTokens = parsed.GetValue(packTokens),
                ActivationCheckpointing = parsed.GetValue(recompute),
                EvaluateEvery = parsed.GetValue(evaluateEvery),
                TokenDropout = parsed.GetValue(tokenDropout),
                Optimizer = parsed.GetValue(optimizer),
                OffloadOptimizer = parsed.GetValue(offload),
                Epochs = parsed.GetValue(epochs),
                BatchSize = parsed.GetValue(batch),
                LearningRate = parsed.GetValue(rate),
                Patience = parsed.GetValue(patience),
                MaxLength = parsed.GetValue(maxLength),
                Seed = parsed.GetValue(seed),
                Threads = parsed.GetValue(threads),
                Resume = parsed.GetValue(resume),
            };
            Run(options, parsed.GetValue(json), cancellation);
            return Task.FromResult(0);
        });
        return command;
    }

    private static void Run(SftOptions options, bool json, CancellationToken cancellation)
    {
        FineTuningResult result;
        try
        {
            result = TrainingDisplay.Run(progress => new SftTrainer(options).Run(progress, TrainingDisplay.Message, cancellation));
        }
        catch (OperationCanceledException e) when (Checkpoint.Exists(options.OutputDirectory))
        {
            throw new StoppedException($"The checkpoint in {Checkpoint.Directory(options.OutputDirectory)} is kept; the same command with --resume goes on from it.", e);
        }

        var report = TrainingReport.Write(options.OutputDirectory);
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(result, RunRecord.Json));
            return;
        }

        var accuracy = result.ValidationAccuracy is { } share ? string.Create(CultureInfo.InvariantCulture, $", accuracy {share:P2}") : string.Empty;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Best step {result.BestStep} of {result.Steps}: validation loss {result.ValidationLoss:F4}{accuracy} on {result.ValidationRows:N0} rows, {result.Seconds:F0} s"));
        Console.WriteLine($"{(options.Method == FineTuningMethod.Full ? "Model" : "Adapter")}: {result.ArtifactDirectory}");
        Console.WriteLine($"Report: {report}");
    }
}
