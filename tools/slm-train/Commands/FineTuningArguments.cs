using System.CommandLine;
using SlmEdge.Training.Adapters;
using SlmEdge.Training.FineTuning;
using SlmEdge.Training.Optimization;
using SlmEdge.Training.Quantization;

namespace SlmEdge.Train.Commands;

/// <summary>The options that every fine-tuning command has.</summary>
internal sealed class FineTuningArguments
{
    private readonly Option<DirectoryInfo> _base = new("--base") { Description = "Base model: a folder in Hugging Face layout, or a GGUF file", Required = true };
    private readonly Option<DirectoryInfo?> _adapter = new("--adapter") { Description = "Adapter to start from (PEFT layout); rank, alpha and targets are its own" };
    private readonly Option<FileInfo> _train;
    private readonly Option<FileInfo?> _valid = new("--valid") { Description = "Validation rows; without it a tenth of the training rows is held out" };
    private readonly Option<FineTuningMethod> _method = new Option<FineTuningMethod>("--method") { DefaultValueFactory = _ => FineTuningMethod.Qlora, Description = "lora, qlora or full" }.Named();
    private readonly Option<string?> _quant = new("--quant") { Description = "Hold the frozen base in the blocks of the file that will run on the device: " + string.Join(", ", BaseForms.Names) + "; default: nf4 for qlora" };
    private readonly Option<DirectoryInfo> _output = new("--out") { Description = "Run directory to write", Required = true };
    private readonly Option<int> _rank = new Option<int>("--rank") { DefaultValueFactory = _ => 32, Description = "LoRA rank" }.AtLeast(1);
    private readonly Option<double> _alpha = new Option<double>("--alpha") { DefaultValueFactory = _ => 64, Description = "LoRA alpha" }.AtLeast(0);
    private readonly Option<double> _dropout = new Option<double>("--dropout") { DefaultValueFactory = _ => 0.05, Description = "LoRA dropout" }.Between(0, 1);
    private readonly Option<string[]> _targets = new("--target-modules") { DefaultValueFactory = _ => [LoraConfig.AllLinear], Description = "Projections to adapt, all-linear, or one regular expression on full module names", AllowMultipleArgumentsPerToken = true };
    private readonly Option<bool> _rankStabilized = new("--rslora") { Description = "Scale adapters by alpha / sqrt(rank)" };
    private readonly Option<bool> _dora = new("--dora") { Description = "DoRA: learn the length of the updated weight's rows by itself" };
    private readonly Option<AdapterPrecision> _precision = new Option<AdapterPrecision>("--adapter-dtype") { DefaultValueFactory = _ => AdapterPrecision.Fp32, Description = "fp32 or bf16: how adapters are used and stored" }.Named();
    private readonly Option<ComputePrecision> _compute = new Option<ComputePrecision>("--compute-dtype") { DefaultValueFactory = _ => ComputePrecision.Fp32, Description = "fp32 or bf16: products with the quantised base, of qlora" }.Named();
    private readonly Option<double> _loraPlus = new Option<double>("--lora-plus-ratio") { DefaultValueFactory = _ => 1, Description = "LoRA+: learning rate of B over that of A; needs --optimizer adamw" }.AtLeast(0);
    private readonly Option<OptimizerKind> _optimizer = new Option<OptimizerKind>("--optimizer") { DefaultValueFactory = _ => OptimizerKind.Muon, Description = "muon, adamw, or adamw8bit (state in 8 bits)" }.Named();
    private readonly Option<bool> _offload = new("--offload-optimizer") { Description = "Keep the optimiser's state in main memory and not on the GPU" };
    private readonly Option<ScheduleShape> _schedule = new Option<ScheduleShape>("--schedule") { DefaultValueFactory = _ => ScheduleShape.Cosine, Description = "cosine, linear or constant after the warm-up" }.Named();
    private readonly Option<double> _warmup = new Option<double>("--warmup-share") { DefaultValueFactory = _ => 0.05, Description = "Share of the steps that warm up" }.Between(0, 1);
    private readonly Option<double> _decay = new Option<double>("--weight-decay") { DefaultValueFactory = _ => 0.01, Description = "Decoupled weight decay of the matrices" }.AtLeast(0);
    private readonly Option<double> _clip = new Option<double>("--gradient-clip") { DefaultValueFactory = _ => 1.0, Description = "Largest norm of all gradients; 0 is no limit" }.AtLeast(0);
    private readonly Option<int> _packTokens = new Option<int>("--pack-tokens") { DefaultValueFactory = _ => 4096, Description = "Tokens per forward pass; gradients of a larger batch are accumulated" }.AtLeast(1);
    private readonly Option<bool> _recompute = new("--activation-checkpointing") { Description = "Compute activations again in the backward pass: less memory, more time, the same result" };
    private readonly Option<int> _evaluateEvery = new Option<int>("--evaluate-every") { DefaultValueFactory = _ => 0, Description = "Steps between evaluations; 0 is once per pass" }.AtLeast(0);
    private readonly Option<int> _epochs;
    private readonly Option<int> _batch = new Option<int>("--batch") { DefaultValueFactory = _ => 16, Description = "Rows per update" }.AtLeast(1);
    private readonly Option<double> _rate = new Option<double>("--learning-rate") { DefaultValueFactory = _ => 0, Description = "Peak learning rate; 0 chooses by method" }.AtLeast(0);
    private readonly Option<int> _patience = new Option<int>("--patience") { DefaultValueFactory = _ => 4, Description = "Evaluations without improvement before stopping; 0 never stops early" }.AtLeast(0);
    private readonly Option<int> _maxLength = new Option<int>("--max-length") { DefaultValueFactory = _ => 0, Description = "Longest row in tokens; 0 is the model's context" }.AtLeast(0);
    private readonly Option<FileInfo[]> _general = new("--general") { DefaultValueFactory = _ => [], Description = "General rows to mix in against forgetting: text, instructions or messages; needs --general-share", AllowMultipleArgumentsPerToken = true };
    private readonly Option<double> _generalShare = new Option<double>("--general-share") { DefaultValueFactory = _ => 0, Description = "Share of general rows among all rows" }.Between(0, 1);
    private readonly Option<long> _seed = new Option<long>("--seed") { DefaultValueFactory = _ => 1, Description = "Seed" }.AtLeast(0);
    private readonly Option<int> _threads = new Option<int>("--threads") { DefaultValueFactory = _ => 0, Description = "Compute threads; 0 leaves the choice to libtorch" }.InThreads();
    private readonly Option<bool> _resume = new("--resume") { Description = "Continue from the run's last checkpoint" };

    /// <param name="rows">What the training rows are.</param>
    /// <param name="epochs">Most passes when none are named.</param>
    public FineTuningArguments(string rows, int epochs)
    {
        _quant.AcceptOnlyFromAmong([.. BaseForms.Names]);
        _train = new Option<FileInfo>("--train") { Description = rows, Required = true };
        _epochs = new Option<int>("--epochs") { DefaultValueFactory = _ => epochs, Description = "Most passes over the training rows" }.AtLeast(1);
    }

    public void AddTo(Command command)
    {
        foreach (var option in new Option[]
        {
            _base, _adapter, _train, _valid, _method, _quant, _output, _rank, _alpha, _dropout, _targets, _rankStabilized, _dora, _precision, _compute, _loraPlus, _optimizer, _offload, _epochs, _batch, _rate,
            _schedule, _warmup, _decay, _clip, _packTokens, _recompute, _evaluateEvery, _patience, _maxLength, _general, _generalShare, _seed, _threads, _resume,
        })
        {
            command.Add(option);
        }
    }

    public string Base(ParseResult parsed) => parsed.GetValue(_base)!.FullName;

    public string Train(ParseResult parsed) => parsed.GetValue(_train)!.FullName;

    public string Output(ParseResult parsed) => parsed.GetValue(_output)!.FullName;

    /// <summary>The command's own settings with these added.</summary>
    /// <exception cref="UsageException">An option contradicts <c>--adapter</c>.</exception>
    public T Complete<T>(T options, ParseResult parsed)
        where T : FineTuningOptions
    {
        if (parsed.GetValue(_adapter) is not null
            && new Option[] { _rank, _alpha, _dropout, _targets, _rankStabilized, _dora }.FirstOrDefault(o => parsed.GetResult(o) is { Implicit: false }) is { } settled)
        {
            throw new UsageException($"{settled.Name} is settled by the adapter that --adapter starts from; leave it out.");
        }

        FineTuningOptions shared = options;
        return (T)(shared with
        {
            ValidationFile = parsed.GetValue(_valid)?.FullName,
            AdapterDirectory = parsed.GetValue(_adapter)?.FullName,
            Method = parsed.GetValue(_method),
            Quant = parsed.GetValue(_quant) is { } form ? BaseForms.Parse(form) : null,
            Lora = new LoraConfig(parsed.GetValue(_rank), parsed.GetValue(_alpha), parsed.GetValue(_dropout), ModuleSelection.Parse(parsed.GetValue(_targets)!), parsed.GetValue(_rankStabilized))
            {
                UseDora = parsed.GetValue(_dora),
                Precision = parsed.GetValue(_precision),
            },
            ComputePrecision = parsed.GetValue(_compute),
            LoraPlusRatio = parsed.GetValue(_loraPlus),
            Schedule = parsed.GetValue(_schedule),
            WarmupShare = parsed.GetValue(_warmup),
            WeightDecay = parsed.GetValue(_decay),
            GradientClip = parsed.GetValue(_clip),
            PackTokens = parsed.GetValue(_packTokens),
            ActivationCheckpointing = parsed.GetValue(_recompute),
            EvaluateEvery = parsed.GetValue(_evaluateEvery),
            Optimizer = parsed.GetValue(_optimizer),
            OffloadOptimizer = parsed.GetValue(_offload),
            Epochs = parsed.GetValue(_epochs),
            BatchSize = parsed.GetValue(_batch),
            LearningRate = parsed.GetValue(_rate),
            Patience = parsed.GetValue(_patience),
            MaxLength = parsed.GetValue(_maxLength),
            GeneralFiles = [.. parsed.GetValue(_general)!.Select(file => file.FullName)],
            GeneralShare = parsed.GetValue(_generalShare),
            Seed = parsed.GetValue(_seed),
            Threads = parsed.GetValue(_threads),
            Resume = parsed.GetValue(_resume),
        });
    }
}
