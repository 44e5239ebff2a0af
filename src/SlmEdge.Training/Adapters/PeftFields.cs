using System.Text.Json;

namespace SlmEdge.Training.Adapters;

/// <summary>Fields of PEFT's <c>LoraConfig</c> (as of PEFT 0.20) beside those that <see cref="AdapterSettings"/> reads.</summary>
internal static class PeftFields
{
    /// <summary>Fields that say nothing about the adapter's computation, or only refine a setting that is itself refused.</summary>
    private static readonly HashSet<string> Harmless =
    [
        "auto_mapping", "revision", "peft_version", "megatron_core", "qalora_group_size", "loftq_config", "eva_config", "ensure_weight_tying", "runtime_config",
    ];

    /// <summary>Ways of drawing the factors after which the base's weights are no longer the original ones.</summary>
    private static readonly string[] ChangeBase = ["pissa", "olora", "loftq", "corda", "lora_ga"];

    /// <summary>The first field that would change the computation in a way that is not had here; null when there is none.</summary>
    public static (string Field, string Reason)? FindUnsupported(AdapterSettings settings)
    {
        if (settings.Initialisation is { ValueKind: JsonValueKind.String } word
            && Array.Find(ChangeBase, c => word.GetString()!.StartsWith(c, StringComparison.OrdinalIgnoreCase)) is not null)
        {
            return ("init_lora_weights", $"is '{word.GetString()}', which also changes the base's weights; save the adapter as one of the original base (PEFT: path_initial_model_for_weight_conversion)");
        }

        foreach (var (field, value) in settings.Others ?? new Dictionary<string, JsonElement>())
        {
            if (!Harmless.Contains(field) && !IsUnset(value))
            {
                return (field, $"is set to {Shorten(value.GetRawText())}, which is not supported");
            }
        }

        return null;
    }

    private static bool IsUnset(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        JsonValueKind.String => value.GetString()!.Length == 0,
        _ => false,
    };

    private static string Shorten(string json) => json.Length > 80 ? json[..80] + "…" : json;
}
