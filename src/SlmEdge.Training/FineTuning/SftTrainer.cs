using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SlmEdge.Formats.Safetensors;
using SlmEdge.Formats.Storage;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Data;
using SlmEdge.Tasks.Prompts;
using SlmEdge.Training.Adapters;
using SlmEdge.Training.Checkpoints;
using SlmEdge.Training.Families;
using SlmEdge.Training.Losses;
using SlmEdge.Training.Memory;
using SlmEdge.Training.Models;
using SlmEdge.Training.Optimization;
using SlmEdge.Training.Progress;
using SlmEdge.Training.Quantization;
using SlmEdge.Training.Runs;
using SlmEdge.Training.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.FineTuning;

/// <summary>
/// Supervised fine-tuning of a classification task: loss on the answer only, rows packed without padding or cross-contamination,
/// validation once per pass, early stopping, the best weights kept.
/// </summary>
public sealed class SftTrainer
{
    private readonly SftOptions _options;

    /// <summary>Creates a trainer.</summary>
    /// <param name="options">Settings of the run.</param>
    public SftTrainer(SftOptions options) => _options = options;

    /// <summary>Runs to the last pass or to the early stop. On cancellation a checkpoint is written before the exception.</summary>
    /// <param name="progress">Told after every update.</param>
    /// <param name="message">Told what is noteworthy about data and model.</param>
    /// <param name="cancellationToken">Stops the run after the update in progress.</param>
    /// <exception cref="TrainingException">Settings contradict each other, or the loss is not finite.</exception>
    public SftResult Run(IProgress<TrainingStep>? progress = null, Action<string>? message = null, CancellationToken cancellationToken = default)
    {
        _options.Validate();
        if (_options.Task.Kind != TaskKind.Classify)
        {
            throw new TrainingException($"Task '{_options.Task.Name}' is of kind {_options.Task.Kind}; this version trains tasks of kind classify.");
        }

        RunDirectory.Claim(_options.OutputDirectory, _options.Resume);
        NativeAllocator.KeepFreedMemory();
        if (_options.Threads > 0)
        {
            set_num_threads(_options.Threads);
        }

        using var tokenizer = BaseTokenizer.Open(_options.BaseDirectory);
        var prompt = ClassificationPrompt.Create(_options.Task, tokenizer);
        using var model = ModelDirectory.Load(_options.BaseDirectory);
        var (train, valid) = LoadExamples(prompt, model, message);
        Prepare(model, message);

        using IOptimizer optimizer = _options.Optimizer == OptimizerKind.Muon
            ? new Muon(model.TrainableParameters(), _options.WeightDecay)
            : new AdamW(model.TrainableParameters(), 0.9, 0.999, _options.WeightDecay, loraPlusRatio: _options.LoraPlusRatio);
        var steps = (long)_options.Epochs * ((train.Length + _options.BatchSize - 1) / _options.BatchSize);
        var schedule = new LearningRateSchedule(_options.EffectiveLearningRate, Math.Max(1, (long)(steps * _options.WarmupShare)), steps, _options.FloorShare, _options.Schedule);
        var record = Describe(tokenizer, prompt, train.Length, valid.Length);
        var session = new SftSession(_options, model, optimizer, schedule, prompt, train, valid, Fingerprint(record, schedule));
        session.Restore();
        System.IO.Directory.CreateDirectory(_options.OutputDirectory);
        record.Save(_options.OutputDirectory);
        var clock = Stopwatch.StartNew();
        var outcome = session.Run(progress, cancellationToken);
        var artifact = Save(model, record);
        var result = new SftResult(
            _options.OutputDirectory,
            artifact,
            train.Length,
            valid.Length,
            model.TrainableParameters().Sum(p => p.Value.NumberOfElements),
            model.ParameterCount,
            outcome.Steps,
            outcome.BestStep,
            outcome.Best.Loss,
            outcome.Best.Accuracy,
            outcome.StoppedEarly,
            clock.Elapsed.TotalSeconds);
        (record with { Results = JsonSerializer.SerializeToElement(result, RunRecord.Json), FinishedUtc = DateTime.UtcNow }).Save(_options.OutputDirectory);
        return result;
    }

    private (SupervisedExample[] Train, SupervisedExample[] Valid) LoadExamples(ClassificationPrompt prompt, LlamaModel model, Action<string>? message)
    {
        var reader = new ReaderOptions { TextColumn = _options.TextColumn, LabelColumn = _options.LabelColumn };
        IReadOnlyList<LabelledText> trainRows = LabelledTextReader.Read(_options.TrainFile, _options.Task, reader);
        IReadOnlyList<LabelledText> validRows;
        if (_options.ValidationFile is null)
        {
            (trainRows, validRows) = ExampleSet.Split(trainRows, _options.ValidationShare, _options.Seed);
        }
        else
        {
            validRows = LabelledTextReader.Read(_options.ValidationFile, _options.Task, reader);
            var overlap = TrainTestOverlap.Check(trainRows, validRows);
            if (overlap.Count > 0)
            {
                message?.Invoke($"Warning: {overlap.Count} validation rows also stand in the training file (first: row {overlap[0].Test.Row}); the validation score flatters the model.");
            }
        }

        if (trainRows.Count == 0 || validRows.Count == 0)
        {
            throw new TrainingException($"There are {trainRows.Count} training and {validRows.Count} validation rows; both are needed.");
        }

        var missing = _options.Task.Labels.Select(l => l.Name).Except(trainRows.Select(r => r.Label), StringComparer.Ordinal).ToArray();
        if (missing.Length > 0)
        {
            message?.Invoke($"Warning: no training row has the label {string.Join(", ", missing.Take(5).Select(m => $"'{m}'"))}{(missing.Length > 5 ? $" and {missing.Length - 5} more" : string.Empty)}.");
        }

        var maxLength = _options.MaxLength > 0 ? _options.MaxLength : model.Config.MaxPositionEmbeddings;
        if (maxLength > model.Config.MaxPositionEmbeddings)
        {
            throw new TrainingException($"--max-length {maxLength} exceeds the model's context of {model.Config.MaxPositionEmbeddings} tokens.");
        }

        return (ExampleSet.Render(trainRows, prompt, maxLength), ExampleSet.Render(validRows, prompt, maxLength));
    }

    private void Prepare(LlamaModel model, Action<string>? message)
    {
        manual_seed(_options.Seed);
        model.RecomputeActivations = _options.ActivationCheckpointing;
        switch (_options.Method)
        {
            case FineTuningMethod.Full:
                model.Unfreeze();
                break;
            case FineTuningMethod.Lora:
                model.AttachAdapters(_options.Lora);
                break;
            case FineTuningMethod.Qlora:
                var before = model.Linears.Sum(l => l.Weight.ByteLength);
                model.ReplaceWeights(Nf4Weight.Quantize);
                model.AttachAdapters(_options.Lora);
                message?.Invoke($"Base held in NF4: {model.Linears.Sum(l => l.Weight.ByteLength) / 1048576.0:F1} MiB instead of {before / 1048576.0:F1} MiB in fp32");
                break;
            default:
                throw new TrainingException($"Unknown method {_options.Method}.");
        }

        var trainable = model.TrainableParameters().Sum(p => p.Value.NumberOfElements);
        message?.Invoke($"{trainable:N0} of {model.ParameterCount:N0} parameters are trained");
    }

    private string Save(LlamaModel model, RunRecord record)
    {
        if (_options.Method != FineTuningMethod.Full)
        {
            var adapter = RunDirectory.AdapterPath(_options.OutputDirectory);
            AdapterDirectory.Save(model, _options.Lora, adapter, _options.BaseDirectory, record.Base!.Sha256);
            return adapter;
        }

        var target = RunDirectory.ModelPath(_options.OutputDirectory);
        using var staging = AtomicDirectory.Create(target, overwrite: true);
        ModelDirectory.Save(model, staging.StagingPath, SafetensorsType.F32);
        ModelDirectory.CopyCompanions(_options.BaseDirectory, staging.StagingPath);
        staging.Commit();
        return target;
    }

    private RunRecord Describe(BaseTokenizer tokenizer, ClassificationPrompt prompt, int trainRows, int validRows)
    {
        var data = new List<RunData> { RunData.Describe("train", _options.TrainFile, trainRows) };
        if (_options.ValidationFile is not null)
        {
            data.Add(RunData.Describe("valid", _options.ValidationFile, validRows));
        }

        return RunRecord.Begin("sft", _options.Seed) with
        {
            Method = _options.Method.ToString().ToLowerInvariant(),
            Base = new RunBase(Path.GetFullPath(_options.BaseDirectory), ModelDirectory.Hash(_options.BaseDirectory), tokenizer.Sha256),
            Task = _options.Task,
            Codes = prompt.Codes,
            PromptSha256 = prompt.Sha256,
            Settings = JsonSerializer.SerializeToElement(_options, RunRecord.Json),
            Data = data,
        };
    }

    private string Fingerprint(RunRecord record, LearningRateSchedule schedule)
    {
        var settings = JsonSerializer.Serialize(new
        {
            record.Method, record.Seed, BaseHash = record.Base!.Sha256, record.PromptSha256, schedule, _options.Lora, _options.Optimizer, _options.TokenDropout, _options.BatchSize, _options.PackTokens,
            _options.WeightDecay, _options.GradientClip, _options.LoraPlusRatio, _options.EvaluateEvery, _options.ValidationShare, Data = record.Data.Select(d => d.Sha256),
        });
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(settings)));
    }
}
