using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
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
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
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
            { UseDora: true } => throw new ModelFormatException("use_dora is set; DoRA adapters are not supported.", path, "use_dora"),
            { FanInFanOut: true } => throw new ModelFormatException("fan_in_fan_out is set; it does not apply to Llama models.", path, "fan_in_fan_out"),
            { Bias: not "none" } => throw new ModelFormatException($"bias is '{settings.Bias}'; only none is supported.", path, "bias"),
            { BaseForm: { } form } when !BaseForms.Names.Contains(form) => throw new ModelFormatException($"slmedge_base_form is '{form}'; there are {string.Join(", ", BaseForms.Names)}.", path, "slmedge_base_form"),
            { Rank: < 1 } => throw new ModelFormatException($"r is {settings.Rank}; the rank must be at least 1.", path, "r"),
            _ => settings,
        };
    }

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

    /// <summary>Loads an adapter into a model; adapters it had are replaced and the base is frozen.</summary>
    /// <param name="model">The base model.</param>
    /// <param name="directory">The adapter's directory.</param>
    /// <exception cref="ModelFormatException">A tensor is missing, unknown, or of another shape.</exception>
    public static void Load(DecoderModel model, string directory)
    {
        ArgumentNullException.ThrowIfNull(model);
        var settings = ReadSettings(directory);
        var path = Path.Combine(directory, WeightFile);
        using var file = SafetensorsFile.Open(path);
        var config = settings.Lora;
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var linear in model.Linears)
        {
            linear.Adapter?.Dispose();
            linear.Adapter = null;
            var (nameA, nameB) = (TensorName(linear, 'A'), TensorName(linear, 'B'));
            if (!file.Tensors.ContainsKey(nameA) && !file.Tensors.ContainsKey(nameB))
            {
                continue;
            }

            var a = Read(file, path, nameA, [settings.Rank, linear.Weight.InFeatures], model.Device);
            var b = Read(file, path, nameB, [linear.Weight.OutFeatures, settings.Rank], model.Device);
            linear.Adapter = new LoraAdapter(a, b, config.Scale, config.Dropout);
            used.Add(nameA);
            used.Add(nameB);
        }

        if (file.Tensors.Keys.FirstOrDefault(k => !used.Contains(k)) is { } stranger)
        {
            throw new ModelFormatException($"The adapter's tensor '{stranger}' belongs to no projection of the base model.", path, stranger);
        }

        if (used.Count == 0)
        {
            throw new ModelFormatException("The adapter holds no tensors.", path);
        }

        model.Freeze();
    }

    internal static void Save(DecoderModel model, LoraConfig config, string directory, string baseDirectory, string baseSha256, BaseForm? form = null)
    {
        using var staging = AtomicDirectory.Create(directory, overwrite: true);
        var adapted = model.Linears.Where(l => l.Adapter is not null).ToArray();
        var entries = adapted.SelectMany(l => new[] { Entry(TensorName(l, 'A'), l.Adapter!.A), Entry(TensorName(l, 'B'), l.Adapter!.B) }).ToArray();
        SafetensorsWriter.Write(Path.Combine(staging.StagingPath, WeightFile), entries, new Dictionary<string, string> { ["format"] = "pt" });
        var settings = new AdapterSettings
        {
            BaseModel = baseDirectory,
            Rank = config.Rank,
            Alpha = config.Alpha,
            Dropout = config.Dropout,
            UseRslora = config.RankStabilized,
            TargetModules = [.. adapted.Select(l => l.Projection).Distinct().Order(StringComparer.Ordinal)],
            BaseSha256 = baseSha256,
            BaseForm = form?.Name(),
        };
        File.WriteAllText(Path.Combine(staging.StagingPath, ConfigFile), JsonSerializer.Serialize(settings, Json));
        staging.Commit();
    }

    private static string TensorName(LinearLayer linear, char factor) => $"{NamePrefix}{linear.Name}.lora_{factor}.weight";

    private static SafetensorsEntry Entry(string name, Tensor value) =>
        SafetensorsEntry.FromFloat32(name, [.. value.shape], SafetensorsType.F32, () => ModelDirectory.ReadValues(value));

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
