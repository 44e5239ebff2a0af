using System.Runtime.InteropServices;
using System.Text.Json;
using SlmEdge.Formats;
using SlmEdge.Formats.Safetensors;
using SlmEdge.Formats.Storage;
using SlmEdge.Training.Families;
using SlmEdge.Training.Models;
using SlmEdge.Training.Quantization;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Adapters;

/// <summary>A LoRA adapter in PEFT's layout: <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.</summary>
public static class AdapterDirectory
{
    private const string ConfigFile = "adapter_config.json";
    private const string WeightFile = "adapter_model.safetensors";
    private const string NamePrefix = "base_model.model.";

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
    };

    /// <summary>Reads and checks the settings.</summary>
    /// <param name="directory">The adapter's directory.</param>
    /// <exception cref="ModelFormatException">The file is missing or malformed, or asks for what this version does not have.</exception>
    public static AdapterSettings ReadSettings(string directory)
    {
        var path = Path.Combine(directory, ConfigFile);
        if (!File.Exists(path))
        {
            throw new ModelFormatException($"'{directory}' is not an adapter: {ConfigFile} is missing.", path);
        }

        AdapterSettings? settings;
        try
        {
            settings = JsonSerializer.Deserialize<AdapterSettings>(File.ReadAllText(path), Json);
        }
        catch (JsonException e)
        {
            throw new ModelFormatException($"The adapter's settings are not valid: {e.Message}", path, inner: e);
        }

        return settings switch
        {
            null => throw new ModelFormatException("The adapter's settings are empty.", path),
            { PeftType: not "LORA" } => throw new ModelFormatException($"peft_type is '{settings.PeftType}'; only LORA is supported.", path, "peft_type"),
            { FanInFanOut: true } => throw new ModelFormatException("fan_in_fan_out is set; it does not apply to Llama models.", path, "fan_in_fan_out"),
            { Bias: not "none" } => throw new ModelFormatException($"bias is '{settings.Bias}'; only none is supported.", path, "bias"),
            { BaseForm: { } form } when !BaseForms.Names.Contains(form) => throw new ModelFormatException($"slmedge_base_form is '{form}'; there are {string.Join(", ", BaseForms.Names)}.", path, "slmedge_base_form"),
            _ => Checked(settings, path),
        };
    }

    /// <summary>The file with an adapter's tensors.</summary>
    internal static string WeightPath(string directory) => Path.Combine(directory, WeightFile);

    /// <summary>Refuses an adapter that was trained on another base.</summary>
    /// <param name="directory">The adapter's directory.</param>
    /// <param name="baseDirectory">The base model's directory.</param>
    /// <exception cref="TrainingException">The adapter remembers another base.</exception>
    public static void CheckBase(string directory, string baseDirectory)
    {
        var settings = ReadSettings(directory);
        if (settings.BaseSha256 is not { } expected)
        {
            return;
        }

        var actual = ModelDirectory.Hash(baseDirectory);
        if (actual != expected)
        {
            throw new TrainingException(
                $"The adapter '{directory}' was trained on another base (SHA-256 {expected[..12]}…, '{settings.BaseModel}') than '{baseDirectory}' (SHA-256 {actual[..12]}…). Name the base that it was trained on.");
        }
    }

    /// <summary>Refuses to go on with an adapter over a base in another form than the one whose rounding it has learned. Adapters of other tools remember none and may go on over any.</summary>
    /// <param name="directory">The adapter's directory.</param>
    /// <param name="form">The form in which the base will be held; null for the one in which it is stored.</param>
    /// <exception cref="TrainingException">The adapter was trained over another form.</exception>
    internal static void CheckForm(string directory, BaseForm? form)
    {
        var settings = ReadSettings(directory);
        if (settings.BaseSha256 is null || settings.HeldForm == form)
        {
            return;
        }

        var remedy = settings.HeldForm switch
        {
            null => "Choose --method lora without --quant",
            BaseForm.Nf4 => "Choose --method qlora without --quant",
            var other => $"Add --quant {other.Value.Name()}",
        };
        throw new TrainingException(
            $"The adapter '{directory}' was trained over a base in {settings.HeldForm?.Name() ?? "its own precision"} and has learned to make up for its rounding; here the base would be held in {form?.Name() ?? "its own precision"}. {remedy}, or merge the adapter first (slm-export merge) and name the result as --base.");
    }

    /// <summary>Loads an adapter into a model; adapters it had are replaced and the base is frozen.</summary>
    /// <param name="model">The base model.</param>
    /// <param name="directory">The adapter's directory.</param>
    /// <exception cref="ModelFormatException">A tensor is missing, unknown, or of another shape.</exception>
    public static void Load(DecoderModel model, string directory) => Load(model, directory, ReadSettings(directory).Lora);

    /// <summary>Loads an adapter with settings in place of its own, for example to train it further in another precision.</summary>
    internal static void Load(DecoderModel model, string directory, LoraConfig config)
    {
        ArgumentNullException.ThrowIfNull(model);
        var path = WeightPath(directory);
        if (!File.Exists(path))
        {
            throw new ModelFormatException($"'{directory}' is not an adapter: {WeightFile} is missing.", path);
        }

        using var file = SafetensorsFile.Open(path);
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var linear in model.Linears)
        {
            linear.Adapter?.Dispose();
            linear.Adapter = null;
            if (!config.Targets(linear.Name))
            {
                continue;
            }

            var rank = config.RankOf(linear.Name);
            var a = Read("lora_A.weight", [rank, linear.Weight.InFeatures]);
            var b = Read("lora_B.weight", [linear.Weight.OutFeatures, rank]);
            var magnitude = config.UseDora ? Read("lora_magnitude_vector", [linear.Weight.OutFeatures]) : null;
            linear.Adapter = new LoraAdapter(a, b, magnitude, config.ScaleOf(linear.Name), config.Dropout, config.Precision);

            Tensor Read(string part, long[] shape)
            {
                var name = $"{NamePrefix}{linear.Name}.{part}";
                used.Add(name);
                return AdapterDirectory.Read(file, path, name, shape, model.Device);
            }
        }

        if (file.Tensors.Keys.FirstOrDefault(k => !used.Contains(k)) is { } stranger)
        {
            throw new ModelFormatException($"The adapter's tensor '{stranger}' belongs to no projection of the base model that its settings target ({config.TargetModules}).", path, stranger);
        }

        if (used.Count == 0)
        {
            throw new ModelFormatException($"The adapter's target_modules ({config.TargetModules}) match nothing in the base model.", path);
        }

        model.Freeze();
    }

    internal static void Save(DecoderModel model, LoraConfig config, string directory, string baseDirectory, string baseSha256, BaseForm? form = null)
    {
        using var staging = AtomicDirectory.Create(directory, overwrite: true);
        var adapted = model.Linears.Where(l => l.Adapter is not null).ToArray();
        var type = config.Precision == AdapterPrecision.Bf16 ? SafetensorsType.BF16 : SafetensorsType.F32;
        var entries = adapted.SelectMany(l => l.Adapter!.Parameters(NamePrefix + l.Name)).Select(p => Entry(p.Key, p.Value, type)).ToArray();
        SafetensorsWriter.Write(Path.Combine(staging.StagingPath, WeightFile), entries, new Dictionary<string, string> { ["format"] = "pt" });
        var settings = AdapterSettings.Of(config, adapted.Select(l => l.Projection).Distinct().Order(StringComparer.Ordinal)) with
        {
            BaseModel = baseDirectory,
            BaseSha256 = baseSha256,
            BaseForm = form?.Name(),
        };
        File.WriteAllText(Path.Combine(staging.StagingPath, ConfigFile), JsonSerializer.Serialize(settings, Json));
        staging.Commit();
    }

    private static AdapterSettings Checked(AdapterSettings settings, string path)
    {
        if (PeftFields.FindUnsupported(settings) is var (field, reason))
        {
            throw new ModelFormatException($"{field} {reason}.", path, field);
        }

        try
        {
            settings.Lora.Validate();
            return settings;
        }
        catch (TrainingException e)
        {
            throw new ModelFormatException($"The adapter's settings contradict themselves: {e.Message}", path, inner: e);
        }
    }

    private static SafetensorsEntry Entry(string name, Tensor value, SafetensorsType type) =>
        SafetensorsEntry.FromFloat32(name, [.. value.shape], type, () => ModelDirectory.ReadValues(value));

    private static Tensor Read(SafetensorsFile file, string path, string name, long[] shape, Device device)
    {
        if (!file.Tensors.TryGetValue(name, out var stored))
        {
            throw new ModelFormatException($"The adapter lacks the tensor '{name}'.", path, name);
        }

        if (!stored.Shape.SequenceEqual(shape))
        {
            throw new ModelFormatException(
                $"The adapter's tensor '{name}' has shape [{string.Join(", ", stored.Shape)}], but base and rank call for [{string.Join(", ", shape)}].", path, name);
        }

        using var scope = NewDisposeScope();
        var value = empty(shape, dtype: ScalarType.Float32);
        file.ReadFloat32(name, MemoryMarshal.Cast<byte, float>(value.bytes));
        return value.to(device).DetachFromDisposeScope();
    }
}
