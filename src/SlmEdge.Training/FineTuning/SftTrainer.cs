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
/// Supervised fine-tuning: loss on the answer only, rows packed without padding or cross-contamination,
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
        RunDirectory.Claim(_options.OutputDirectory, _options.Resume);
        NativeAllocator.KeepFreedMemory();
        if (_options.Threads > 0)
        {
            set_num_threads(_options.Threads);
        }

        using var tokenizer = BaseTokenizer.Open(_options.BaseDirectory);
        using var model = ModelDirectory.Load(_options.BaseDirectory, TrainableBase.Forms(_options));
        var data = SftData.Load(_options, tokenizer, model.Config, message);
        TrainableBase.Prepare(model, _options, message);

        using var optimizer = Optimizers.Create(
            _options.Optimizer, model.TrainableParameters(), _options.WeightDecay, _options.LoraPlusRatio, stateDevice: TrainableBase.StateDevice(_options, model.Device, message));
        var steps = (long)_options.Epochs * ((data.Train.Length + _options.BatchSize - 1) / _options.BatchSize);
        var schedule = new LearningRateSchedule(_options.EffectiveLearningRate, Math.Max(1, (long)(steps * _options.WarmupShare)), steps, _options.FloorShare, _options.Schedule);
        var record = Describe(tokenizer, data);
        var session = new SftSession(_options, model, optimizer, schedule, data, Fingerprint(record, schedule));
        session.Restore();
        System.IO.Directory.CreateDirectory(_options.OutputDirectory);
        record.Save(_options.OutputDirectory);
        var clock = Stopwatch.StartNew();
        var outcome = session.Run(progress, cancellationToken);
        var artifact = Save(model, record);
        var result = new SftResult(
            _options.OutputDirectory,
            artifact,
            data.Train.Length,
            data.Valid.Length,
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

    private string Save(DecoderModel model, RunRecord record)
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

    private RunRecord Describe(BaseTokenizer tokenizer, SftData data)
    {
        var files = new List<RunData> { RunData.Describe("train", _options.TrainFile, data.Train.Length) };
        if (_options.ValidationFile is not null)
        {
            files.Add(RunData.Describe("valid", _options.ValidationFile, data.Valid.Length));
        }

        return RunRecord.Begin("sft", _options.Seed) with
        {
            Method = _options.Method.ToString().ToLowerInvariant(),
            Base = new RunBase(Path.GetFullPath(_options.BaseDirectory), ModelDirectory.Hash(_options.BaseDirectory), tokenizer.Sha256),
            Task = _options.Task,
            Codes = data.Codes,
            PromptSha256 = data.PromptSha256,
            Settings = JsonSerializer.SerializeToElement(_options, RunRecord.Json),
            Data = files,
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
