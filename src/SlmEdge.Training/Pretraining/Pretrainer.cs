using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Storage;
using SlmEdge.Training.Checkpoints;
using SlmEdge.Training.Families;
using SlmEdge.Training.Inference;
using SlmEdge.Training.Losses;
using SlmEdge.Training.Memory;
using SlmEdge.Training.Models;
using SlmEdge.Training.Optimization;
using SlmEdge.Training.Packing;
using SlmEdge.Training.Progress;
using SlmEdge.Training.Randomness;
using SlmEdge.Training.Runs;
using SlmEdge.Training.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Pretraining;

/// <summary>
/// Trains a model from nothing on plain text: every position predicts the next token; Muon or AdamW, cosine schedule with warm-up,
/// gradient clipping, regular validation, a checkpoint to continue from exactly.
/// </summary>
public sealed class Pretrainer
{
    private static readonly string[] Prompts = ["The pump", "To replace the filter,", "The engine oil", "A sensor is"];

    private readonly PretrainOptions _options;

    /// <summary>Creates a trainer.</summary>
    /// <param name="options">Settings of the run.</param>
    public Pretrainer(PretrainOptions options) => _options = options;

    /// <summary>Runs until the tokens are spent. On cancellation a checkpoint is written before the exception.</summary>
    /// <param name="progress">Told after every update.</param>
    /// <param name="message">Told what long step begins.</param>
    /// <param name="cancellationToken">Stops the run after the update in progress.</param>
    /// <exception cref="TrainingException">The data is too short, the loss is not finite, or the checkpoint belongs to another run.</exception>
    public PretrainResult Run(IProgress<TrainingStep>? progress = null, Action<string>? message = null, CancellationToken cancellationToken = default)
    {
        _options.Validate();
        RunDirectory.Claim(_options.OutputDirectory, _options.Resume);
        NativeAllocator.KeepFreedMemory();
        if (_options.Threads > 0)
        {
            set_num_threads(_options.Threads);
        }

        using var tokenizer = BaseTokenizer.Open(_options.TokenizerDirectory);
        message?.Invoke($"Tokenizing {_options.Files.Count} files");
        var train = TokenStream.Encode(new CorpusOptions(_options.UpperCaseShare).Read(_options.Files), tokenizer, cancellationToken);
        var valid = TokenStream.Encode(CorpusReader.Read(_options.ValidationFile), tokenizer, cancellationToken);
        message?.Invoke($"{train.TokenCount:N0} training tokens, {valid.TokenCount:N0} validation tokens");
        if (valid.TokenCount < 2)
        {
            throw new TrainingException($"The validation file '{_options.ValidationFile}' holds {valid.TokenCount} tokens; at least 2 are needed.");
        }

        var config = _options.Shape with
        {
            VocabSize = tokenizer.VocabularySize,
            BosTokenId = tokenizer.BosTokenId,
            EosTokenId = tokenizer.EosTokenId,
        };
        var schedule = CreateSchedule(train);
        var fingerprint = Fingerprint(config, train, schedule);
        using var model = ModelDirectory.CreateRandom(config, _options.Seed);
        model.Unfreeze();
        using var optimizer = Optimizers.Create(_options.Optimizer, model.TrainableParameters(), _options.WeightDecay, beta2: 0.95);
        var start = Restore(model, optimizer, fingerprint);
        var record = RunRecord.Begin("pretrain", _options.Seed) with
        {
            Settings = JsonSerializer.SerializeToElement(_options, RunRecord.Json),
            Data = [.. _options.Files.Append(_options.ValidationFile).Select(RunData.Describe)],
        };
        System.IO.Directory.CreateDirectory(_options.OutputDirectory);
        record.Save(_options.OutputDirectory);

        Train(model, optimizer, train, valid, schedule, fingerprint, start, progress, cancellationToken);
        return Finish(model, tokenizer, valid, schedule, record, message);
    }

    private LearningRateSchedule CreateSchedule(TokenStream train)
    {
        var rows = train.RowCount(_options.SequenceLength);
        var perStep = (long)_options.SequenceLength * _options.BatchSequences;
        var tokens = _options.Tokens > 0 ? _options.Tokens : (long)rows * _options.SequenceLength;
        var steps = tokens / perStep;
        if (steps < 1 || rows < _options.BatchSequences)
        {
            throw new TrainingException(
                $"The files hold {train.TokenCount:N0} tokens, less than one update of {_options.BatchSequences} sequences of {_options.SequenceLength}. Give more text, or lower --batch or --sequence-length.");
        }

        return new LearningRateSchedule(_options.LearningRate, Math.Max(1, (long)(steps * _options.WarmupShare)), steps, _options.FloorShare);
    }

    private CheckpointState Restore(DecoderModel model, IOptimizer optimizer, string fingerprint)
    {
        if (!_options.Resume)
        {
            return new CheckpointState(fingerprint, 0, 0);
        }

        var state = Checkpoint.ReadState(_options.OutputDirectory, fingerprint);
        Checkpoint.Restore(_options.OutputDirectory, model.Parameters.Concat(optimizer.State()));
        optimizer.RestoreSteps(state.Step);
        return state;
    }

    private void Train(
        DecoderModel model,
        IOptimizer optimizer,
        TokenStream train,
        TokenStream valid,
        LearningRateSchedule schedule,
        string fingerprint,
        CheckpointState start,
        IProgress<TrainingStep>? progress,
        CancellationToken cancellationToken)
    {
        var order = new RowOrder(train.RowCount(_options.SequenceLength), _options.Seed);
        using var metrics = new MetricsLog(RunDirectory.MetricsPath(_options.OutputDirectory), start.Step);
        var parameters = model.TrainableParameters();
        var clock = Stopwatch.StartNew();
        double? validationLoss = null;
        var tokens = start.Tokens;
        for (var step = start.Step; step < schedule.TotalSteps; step++)
        {
            var rows = Enumerable.Range(0, _options.BatchSequences).Select(i => order.At((step * _options.BatchSequences) + i)).ToArray();
            var rate = schedule.At(step);
            var loss = Update(model, train, rows);
            RequireFinite("loss", loss, rows, step);
            var norm = GradientClipping.Apply(parameters, _options.GradientClip);
            RequireFinite("gradient norm", norm, rows, step);
            optimizer.Step(rate);
            tokens += (long)rows.Length * _options.SequenceLength;
            var done = step + 1;
            if (done % _options.EvaluateEvery == 0 || done == schedule.TotalSteps)
            {
                validationLoss = Evaluate(model, valid, _options.ValidationTokens);
                RequireFinite("validation loss after the update", validationLoss.Value, rows, step);
            }

            var speed = (tokens - start.Tokens) / clock.Elapsed.TotalSeconds;
            var remaining = TimeSpan.FromSeconds((schedule.TotalSteps - done) * clock.Elapsed.TotalSeconds / (done - start.Step));
            metrics.Append(new MetricsRecord(done, tokens, loss, rate, norm, speed, done % _options.EvaluateEvery == 0 || done == schedule.TotalSteps ? validationLoss : null));
            progress?.Report(new TrainingStep(done, schedule.TotalSteps, loss, validationLoss, null, rate, norm, speed, tokens, remaining));
            var stop = cancellationToken.IsCancellationRequested;
            if (stop || done % _options.CheckpointEvery == 0 || done == schedule.TotalSteps)
            {
                Checkpoint.Save(_options.OutputDirectory, new CheckpointState(fingerprint, done, tokens), model.Parameters.Concat(optimizer.State()));
            }

            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private void RequireFinite(string what, double value, int[] rows, long step)
    {
        if (!double.IsFinite(value))
        {
            throw new TrainingException(
                $"The {what} of step {step + 1} is {value}. The rows were {string.Join(", ", rows)} of {_options.SequenceLength} tokens each. Start anew with a lower --learning-rate (now {_options.LearningRate}).");
        }
    }

    private double Update(DecoderModel model, TokenStream train, int[] rows)
    {
        using var scope = NewDisposeScope();
        var length = _options.SequenceLength;
        var hidden = model.Forward(new PackedSequences([.. rows.Select(r => train.Inputs(r, length))]));
        var targets = new long[rows.Length * length];
        for (var i = 0; i < rows.Length; i++)
        {
            var row = train.Targets(rows[i], length);
            for (var t = 0; t < length; t++)
            {
                targets[(i * length) + t] = row[t];
            }
        }

        var positions = Enumerable.Range(0, targets.Length).Select(i => (long)i).ToArray();
        return ChunkedCrossEntropy.Backward(hidden, positions, targets, model.Head, 1.0 / targets.Length, model.Config.LogitSoftcap) / targets.Length;
    }

    private double Evaluate(DecoderModel model, TokenStream valid, long limit)
    {
        using var guard = no_grad();
        var length = Math.Min(_options.SequenceLength, (int)(valid.TokenCount - 1));
        var rows = (int)Math.Min(valid.RowCount(length), Math.Max(1, limit / length));
        double sum = 0;
        for (var row = 0; row < rows; row++)
        {
            using var scope = NewDisposeScope();
            var hidden = model.Forward(new PackedSequences([valid.Inputs(row, length)]));
            var targets = valid.Targets(row, length).ToArray().Select(t => (long)t).ToArray();
            sum += ChunkedCrossEntropy.Evaluate(hidden, [.. Enumerable.Range(0, length).Select(i => (long)i)], targets, model.Head, model.Config.LogitSoftcap);
        }

        return sum / ((long)rows * length);
    }

    private PretrainResult Finish(DecoderModel model, BaseTokenizer tokenizer, TokenStream valid, LearningRateSchedule schedule, RunRecord record, Action<string>? message)
    {
        message?.Invoke("Scoring the whole validation file");
        var loss = Evaluate(model, valid, long.MaxValue);
        var bitsPerByte = loss / Math.Log(2) * valid.TokenCount / valid.ByteLength;
        var target = RunDirectory.ModelPath(_options.OutputDirectory);
        using (var staging = AtomicDirectory.Create(target, overwrite: true))
        {
            ModelDirectory.Save(model, staging.StagingPath, _options.WeightType);
            ModelDirectory.CopyCompanions(_options.TokenizerDirectory, staging.StagingPath);
            new GenerationConfig { BosTokenId = model.Config.BosTokenId, EosTokenIds = model.Config.EosTokenId is { } end ? [end] : [] }.Save(staging.StagingPath);
            staging.Commit();
        }

        var samples = Prompts.Select(p => new PretrainSample(p, tokenizer.Decode(GreedyDecoder.Continue(model, Prompt(tokenizer, p), 40, tokenizer.EosTokenId)))).ToArray();
        var tokens = schedule.TotalSteps * _options.BatchSequences * _options.SequenceLength;
        var result = new PretrainResult(target, model.ParameterCount, tokens, loss, bitsPerByte, samples);
        (record with { Results = JsonSerializer.SerializeToElement(result, RunRecord.Json), FinishedUtc = DateTime.UtcNow }).Save(_options.OutputDirectory);
        return result;
    }

    private static int[] Prompt(BaseTokenizer tokenizer, string text) => [tokenizer.EosTokenId, .. tokenizer.Encode(text)];

    private string Fingerprint(DecoderConfig config, TokenStream train, LearningRateSchedule schedule)
    {
        var settings = JsonSerializer.Serialize(new
        {
            config, schedule, train.Sha256, _options.Seed, _options.SequenceLength, _options.BatchSequences, _options.WeightDecay, _options.GradientClip, _options.Optimizer,
        });
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(settings)));
    }
}
