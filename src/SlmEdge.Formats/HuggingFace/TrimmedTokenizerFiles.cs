using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using SlmEdge.Formats.Storage;

namespace SlmEdge.Formats.HuggingFace;

/// <summary>Writes the tokenizer files of a model folder for a vocabulary of which only some tokens stay: every id in them becomes the new one.</summary>
public static class TrimmedTokenizerFiles
{
    private const string Generation = "generation_config.json";
    private const string Configuration = "tokenizer_config.json";
    private const string AddedDecoder = "added_tokens_decoder";

    private static readonly string[] WithoutIds = ["special_tokens_map.json", "chat_template.jinja"];

    private static readonly JsonSerializerOptions Text = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The BPE definition of a folder, or an error that says why its vocabulary cannot be trimmed.</summary>
    /// <param name="directory">The model folder.</param>
    /// <exception cref="ModelFormatException">The tokens are defined by a SentencePiece model.</exception>
    public static TokenizerJson Definition(string directory)
    {
        HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.Load(directory);
        return tokenizer.SentencePiece is null
            ? tokenizer.Json!
            : throw new ModelFormatException(
                "defines the tokens, and only BPE definitions (tokenizer.json, or vocab.json with merges.txt) can be trimmed. Leave --trim-vocab out", Path.Combine(directory, "tokenizer.model"));
    }

    /// <summary>The ids that the folder's settings name as begin, end, padding: they must stay.</summary>
    /// <param name="directory">The model folder.</param>
    public static IReadOnlyList<int> NamedIds(string directory)
    {
        DecoderConfig config = DecoderConfig.Load(directory);
        GenerationConfig? generation = GenerationConfig.Load(directory);
        int?[] ids = [config.BosTokenId, config.EosTokenId, generation?.BosTokenId, generation?.PadTokenId, .. generation?.EosTokenIds.Select(id => (int?)id) ?? []];
        return [.. ids.OfType<int>().Distinct()];
    }

    /// <summary>Writes the files.</summary>
    /// <param name="source">The folder with the whole vocabulary.</param>
    /// <param name="target">The folder to write into; it must exist.</param>
    /// <param name="kept">The ids that stay, ascending.</param>
    public static void Write(string source, string target, IReadOnlyList<int> kept)
    {
        ArgumentNullException.ThrowIfNull(kept);
        Definition(source).Keep(kept).Save(Path.Combine(target, "tokenizer.json"));
        foreach (string name in WithoutIds.Where(name => File.Exists(Path.Combine(source, name))))
        {
            File.Copy(Path.Combine(source, name), Path.Combine(target, name), overwrite: true);
        }

        var newIds = new Dictionary<int, int>(kept.Count);
        for (int id = 0; id < kept.Count; id++)
        {
            newIds.Add(kept[id], id);
        }

        Rewrite(source, target, Configuration, root =>
        {
            if (root[AddedDecoder] is JsonObject decoder)
            {
                var renumbered = new JsonObject();
                foreach (var (id, token) in decoder)
                {
                    if (int.TryParse(id, out int number) && newIds.TryGetValue(number, out int place))
                    {
                        renumbered.Add(place.ToString(System.Globalization.CultureInfo.InvariantCulture), token?.DeepClone());
                    }
                }

                root[AddedDecoder] = renumbered;
            }
        });
        Rewrite(source, target, Generation, root =>
        {
            foreach (var (name, value) in root.ToArray())
            {
                if (name is "suppress_tokens" or "begin_suppress_tokens" or "bad_words_ids" or "forced_decoder_ids" or "sequence_bias")
                {
                    root.Remove(name);
                }
                else if (name.EndsWith("_token_id", StringComparison.Ordinal))
                {
                    root[name] = value is JsonArray list ? new JsonArray([.. list.Select(New).OfType<JsonNode>()]) : New(value);
                }
            }
        });

        JsonNode? New(JsonNode? id) => id is JsonValue value && value.TryGetValue(out int number) && newIds.TryGetValue(number, out int place) ? JsonValue.Create(place) : null;
    }

    private static void Rewrite(string source, string target, string name, Action<JsonObject> change)
    {
        string path = Path.Combine(source, name);
        if (!File.Exists(path))
        {
            return;
        }

        JsonObject root = JsonNode.Parse(BoundedJson.ReadBytes(path, ModelFolder.MaxConfigurationBytes)) as JsonObject
            ?? throw new ModelFormatException("must be an object", path);
        change(root);
        AtomicFile.WriteText(Path.Combine(target, name), root.ToJsonString(Text) + "\n");
    }
}
