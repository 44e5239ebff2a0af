using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SlmEdge.Formats.Safetensors;
using SlmEdge.Formats.Storage;
using SlmEdge.Training.Adapters;
using SlmEdge.Training.Checkpoints;
using SlmEdge.Training.Families;
using SlmEdge.Training.Memory;
using SlmEdge.Training.Models;
using SlmEdge.Training.Optimization;
using SlmEdge.Training.Progress;
using SlmEdge.Training.Runs;
using SlmEdge.Training.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.FineTuning;

/// <summary>
/// The course that every fine-tuning run takes: claim the directory, load and prepare the base, train with validation and early
/// stopping, save what came of it.
/// </summary>
internal sealed class FineTuningRun(string command, FineTuningOptions options)
{
    /// <summary>Reads the rows and says what is learned from them; the model has the base's weights and nothing attached.</summary>
    public delegate (RunSubject Subject, IObjective Objective) Opening(BaseTokenizer tokenizer, DecoderModel model);

    /// <summary>Runs to the last pass or to the early stop. On cancellation a checkpoint is written before the exception.</summary>
    /// <exception cref="TrainingException">Settings contradict each other, the loss is not finite, or memory does not suffice.</exception>
    public FineTuningResult Execute(Opening open, IProgress<TrainingStep>? progress, Action<string>? message, CancellationToken cancellationToken)
    {
        options.Validate();
        RunDirectory.Claim(options.OutputDirectory, options.Resume);
        CheckMemory(message);
        try
        {
            return Train(open, progress, message, cancellationToken);
        }
        catch (Exception e) when (OutOfMemory.Is(e))
        {
            var kept = Checkpoint.Exists(options.OutputDirectory)
                ? $"The checkpoint in '{Checkpoint.Directory(options.OutputDirectory)}' is kept; --activation-checkpointing may be added when going on from it with --resume, other settings need a new run."
                : "No checkpoint was written yet.";
            throw new TrainingException($"There was not enough memory: {e.Message.Split('\n')[0]} {kept} To need less: {string.Join("; ", MemoryPlan.Advice(options))}.", e);
        }
    }

    private void CheckMemory(Action<string>? message)
    {
        var estimate = MemoryPlan.Of(options);
        var available = AvailableMemory.Read();
        message?.Invoke(estimate.Describe(available));
        if (!options.IgnoreMemoryEstimate)
        {
            estimate.Require(available, MemoryPlan.Advice(options));
        }
    }

    private FineTuningResult Train(Opening open, IProgress<TrainingStep>? progress, Action<string>? message, CancellationToken cancellationToken)
    {
        NativeAllocator.KeepFreedMemory(lean: options.ActivationCheckpointing);
        if (options.Threads > 0)
        {
            set_num_threads(options.Threads);
        }

        if (options.AdapterDirectory is { } start)
        {
            AdapterDirectory.CheckBase(start, options.BaseDirectory);
            AdapterDirectory.CheckForm(start, options.HeldForm);
            options = options with { Lora = AdapterDirectory.ReadSettings(start).Lora with { Precision = options.Lora.Precision } };
        }

        using var tokenizer = BaseTokenizer.Open(options.BaseDirectory);
        using var model = ModelDirectory.Load(options.BaseDirectory, TrainableBase.Forms(options));
        var (subject, objective) = open(tokenizer, model);
        var general = GeneralData.Load(options, tokenizer, options.LengthLimit(model.Config), (long)options.Epochs * objective.RowCount, message);
        TrainableBase.Prepare(model, options, message);
        NativeAllocator.ReturnFreedMemory();

        using var optimizer = Optimizers.Create(
            options.Optimizer, model.TrainableParameters(), options.WeightDecay, options.LoraPlusRatio, stateDevice: TrainableBase.StateDevice(options, model.Device, message));
        var steps = (long)options.Epochs * ((objective.RowCount + options.BatchSize - 1) / options.BatchSize);
        var schedule = new LearningRateSchedule(options.EffectiveLearningRate, Math.Max(1, (long)(steps * options.WarmupShare)), steps, options.FloorShare, options.Schedule);
        var record = Describe(tokenizer, subject);
        var fingerprint = Fingerprint(record, schedule, subject);
        objective.Begin(fingerprint, message, cancellationToken);
        var session = new TrainingSession(options, model, optimizer, schedule, objective, general, fingerprint);
        session.Restore();
        System.IO.Directory.CreateDirectory(options.OutputDirectory);
        record.Save(options.OutputDirectory);
        var clock = Stopwatch.StartNew();
        var outcome = session.Run(progress, cancellationToken);
        var artifact = Save(model, record);
        if (subject.Samples is { } samples)
        {
            WrittenSample.Save(options.OutputDirectory, samples(cancellationToken));
        }

        if (subject.LabelThreshold is { } choose)
        {
            record = record with { LabelThreshold = choose(cancellationToken) };
            message?.Invoke(FormattableString.Invariant($"Labels of a probability of at least {record.LabelThreshold:F3} are given: the largest micro-F1 on the validation rows"));
        }

        var result = new FineTuningResult(
            options.OutputDirectory,
            artifact,
            subject.TrainRows,
            subject.ValidationRows,
            model.TrainableParameters().Sum(p => p.Value.NumberOfElements),
            model.ParameterCount,
            outcome.Steps,
            outcome.BestStep,
            outcome.Best.Loss,
            outcome.Best.Accuracy,
            outcome.StoppedEarly,
            clock.Elapsed.TotalSeconds) { ValidationRewards = outcome.Best.Rewards };
        (record with { Results = JsonSerializer.SerializeToElement(result, RunRecord.Json), FinishedUtc = DateTime.UtcNow }).Save(options.OutputDirectory);
        return result;
    }

    private string Save(DecoderModel model, RunRecord record)
    {
        if (options.Method != FineTuningMethod.Full)
        {
            var adapter = RunDirectory.AdapterPath(options.OutputDirectory);
            AdapterDirectory.Save(model, options.Lora, adapter, options.BaseDirectory, record.Base!.Sha256, options.HeldForm);
            return adapter;
        }

        var target = RunDirectory.ModelPath(options.OutputDirectory);
        using var staging = AtomicDirectory.Create(target, overwrite: true);
        ModelDirectory.Save(model, staging.StagingPath, SafetensorsType.F32);
        ModelDirectory.CopyCompanions(options.BaseDirectory, staging.StagingPath);
        staging.Commit();
        return target;
    }

    private RunRecord Describe(BaseTokenizer tokenizer, RunSubject subject)
    {
        var files = new List<RunData> { RunData.Describe("train", options.TrainFile, subject.TrainRows) };
        if (options.ValidationFile is not null)
        {
            files.Add(RunData.Describe("valid", options.ValidationFile, subject.ValidationRows));
        }

        files.AddRange(options.GeneralFiles.Select(file => RunData.Describe("general", file, null)));

        return RunRecord.Begin(command, options.Seed) with
        {
            Method = options.Method.ToString().ToLowerInvariant(),
            Base = new RunBase(Path.GetFullPath(options.BaseDirectory), ModelDirectory.Hash(options.BaseDirectory), tokenizer.Sha256),
            Task = subject.Task,
            Codes = subject.Codes,
            PromptSha256 = subject.PromptSha256,
            Adapter = options.AdapterDirectory is { } start ? RunData.Describe("adapter", AdapterDirectory.WeightPath(start), null) : null,
            Settings = JsonSerializer.SerializeToElement(options, options.GetType(), RunRecord.Json),
            Data = files,
        };
    }

    private string Fingerprint(RunRecord record, LearningRateSchedule schedule, RunSubject subject)
    {
        var settings = JsonSerializer.Serialize(new
        {
            command, record.Method, record.Seed, BaseHash = record.Base!.Sha256, record.PromptSha256, AdapterHash = record.Adapter?.Sha256, schedule, options.Lora, options.Optimizer, subject.Settings, options.BatchSize, options.PackTokens,
            options.WeightDecay, options.GradientClip, options.LoraPlusRatio, options.EvaluateEvery, options.HeldForm, options.ValidationShare, options.GeneralShare, options.ComputePrecision, Data = record.Data.Select(d => d.Sha256),
        });
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(settings)));
    }
}
