using System.Text.Json;
using System.Text.Json.Serialization;

namespace SlmEdge.Training.Adapters;

/// <summary><c>adapter_config.json</c> in the layout of PEFT's <c>LoraConfig</c>, with the identity of the base beside it.</summary>
public sealed record AdapterSettings
{
    /// <summary>Kind of adapter.</summary>
    [JsonPropertyName("peft_type")]
    public string PeftType { get; init; } = "LORA";

    /// <summary>Kind of model.</summary>
    [JsonPropertyName("task_type")]
    public string TaskType { get; init; } = "CAUSAL_LM";

    /// <summary>Path or name of the base model.</summary>
    [JsonPropertyName("base_model_name_or_path")]
    public string BaseModel { get; init; } = string.Empty;

    /// <summary>Rank.</summary>
    [JsonPropertyName("r")]
    public int Rank { get; init; }

    /// <summary>Alpha.</summary>
    [JsonPropertyName("lora_alpha")]
    public double Alpha { get; init; }

    /// <summary>Dropout while training.</summary>
    [JsonPropertyName("lora_dropout")]
    public double Dropout { get; init; }

    /// <summary>Adapted projections.</summary>
    [JsonPropertyName("target_modules")]
    public ModuleSelection TargetModules { get; init; } = [];

    /// <summary>Targets that are left out.</summary>
    [JsonPropertyName("exclude_modules")]
    public ModuleSelection? ExcludeModules { get; init; }

    /// <summary>Adapted layers; null for all.</summary>
    [JsonPropertyName("layers_to_transform")]
    [JsonConverter(typeof(OneOrManyJsonConverter<int>))]
    public IReadOnlyList<int>? LayersToTransform { get; init; }

    /// <summary>Names of the lists that <see cref="LayersToTransform"/> counts in.</summary>
    [JsonPropertyName("layers_pattern")]
    [JsonConverter(typeof(OneOrManyJsonConverter<string>))]
    public IReadOnlyList<string>? LayersPattern { get; init; }

    /// <summary>Ranks of single modules.</summary>
    [JsonPropertyName("rank_pattern")]
    public IReadOnlyDictionary<string, int>? RankPattern { get; init; } = new Dictionary<string, int>();

    /// <summary>Alphas of single modules.</summary>
    [JsonPropertyName("alpha_pattern")]
    public IReadOnlyDictionary<string, double>? AlphaPattern { get; init; } = new Dictionary<string, double>();

    /// <summary>How the factors were drawn; of no consequence once they are trained, unless the base was changed along with them.</summary>
    [JsonPropertyName("init_lora_weights")]
    public JsonElement? Initialisation { get; init; } = JsonSerializer.SerializeToElement(true);

    /// <summary>Bias handling; only <c>none</c> is supported.</summary>
    [JsonPropertyName("bias")]
    public string Bias { get; init; } = "none";

    /// <summary>True for an adapter that is ready to be used.</summary>
    [JsonPropertyName("inference_mode")]
    public bool InferenceMode { get; init; } = true;

    /// <summary>Weights are <c>[out, in]</c>.</summary>
    [JsonPropertyName("fan_in_fan_out")]
    public bool FanInFanOut { get; init; }

    /// <summary>Whether the scale is <c>alpha / sqrt(rank)</c> (rsLoRA) and not <c>alpha / rank</c>.</summary>
    [JsonPropertyName("use_rslora")]
    public bool UseRslora { get; init; }

    /// <summary>Weight decomposition (DoRA).</summary>
    [JsonPropertyName("use_dora")]
    public bool UseDora { get; init; }

    /// <summary>Identity of the base (<see cref="Models.ModelDirectory.Hash"/>); absent in adapters of other tools.</summary>
    [JsonPropertyName("slmedge_base_sha256")]
    public string? BaseSha256 { get; init; }

    /// <summary>The form in which the base was held (<see cref="Quantization.BaseForms.Names"/>); absent for the base's own precision.</summary>
    [JsonPropertyName("slmedge_base_form")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? BaseForm { get; init; }

    /// <summary>The form that the base is brought into before the adapter is added; null leaves it as it is.</summary>
    [JsonIgnore]
    public Quantization.BaseForm? HeldForm => BaseForm is null ? null : Quantization.BaseForms.Parse(BaseForm);

    /// <summary>All other fields; see <see cref="PeftFields"/>.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Others { get; init; }

    /// <summary>The settings as they enter the computation.</summary>
    [JsonIgnore]
    public LoraConfig Lora => new(Rank, Alpha, Dropout, TargetModules, UseRslora)
    {
        UseDora = UseDora,
        ExcludeModules = ExcludeModules,
        LayersToTransform = LayersToTransform,
        LayersPattern = LayersPattern ?? [],
        RankPattern = RankPattern ?? new Dictionary<string, int>(),
        AlphaPattern = AlphaPattern ?? new Dictionary<string, double>(),
    };

    /// <summary>The settings of an adapter that was trained with <paramref name="config"/>.</summary>
    /// <param name="config">What was trained.</param>
    /// <param name="projections">The projections that are adapted, for <c>all-linear</c>.</param>
    internal static AdapterSettings Of(LoraConfig config, IEnumerable<string> projections) => new()
    {
        Rank = config.Rank,
        Alpha = config.Alpha,
        Dropout = config.Dropout,
        UseRslora = config.RankStabilized,
        UseDora = config.UseDora,
        TargetModules = config.TargetModules.Contains(LoraConfig.AllLinear) ? [.. projections] : config.TargetModules,
        ExcludeModules = config.ExcludeModules,
        LayersToTransform = config.LayersToTransform,
        LayersPattern = config.LayersPattern.Count > 0 ? config.LayersPattern : null,
        RankPattern = config.RankPattern,
        AlphaPattern = config.AlphaPattern,
    };
}
