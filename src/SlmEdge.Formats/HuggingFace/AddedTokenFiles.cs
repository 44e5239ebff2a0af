using System.Globalization;
using System.Text.Json;

namespace SlmEdge.Formats.HuggingFace;

/// <summary>
/// Tokens that a folder adds beside its vocabulary file: <c>added_tokens.json</c> (text to id) and, going before it, <c>added_tokens_decoder</c> in
/// <c>tokenizer_config.json</c> (id to token).
/// </summary>
internal static class AddedTokenFiles
{
    private const int MaxId = (1 << 22) - 1;

    /// <returns>The tokens by id, in ascending order.</returns>
    /// <exception cref="ModelFormatException">A file is malformed.</exception>
    public static IReadOnlyList<AddedToken> Load(string directory)
    {
        var tokens = new SortedDictionary<int, AddedToken>();
        string list = Path.Combine(directory, "added_tokens.json");
        if (File.Exists(list))
        {
            ReadList(BoundedJson.ReadFile(list, ModelFolder.MaxConfigurationBytes), list, tokens);
        }

        string config = Path.Combine(directory, "tokenizer_config.json");
        if (File.Exists(config))
        {
            ReadDecoder(ModelFolder.Read(config), config, tokens);
        }

        return [.. tokens.Values];
    }

    private static void ReadList(JsonElement root, string file, SortedDictionary<int, AddedToken> tokens)
    {
        JsonFields fields = new(root, file);
        foreach (JsonProperty entry in root.EnumerateObject())
        {
            int id = fields.RequiredInteger(entry.Name, 0, MaxId);
            tokens[id] = new AddedToken(id, entry.Name, Special: false);
        }
    }

    private static void ReadDecoder(JsonFields config, string file, SortedDictionary<int, AddedToken> tokens)
    {
        const string Field = "added_tokens_decoder";
        if (!config.TryGet(Field, out JsonElement decoder))
        {
            return;
        }

        if (decoder.ValueKind != JsonValueKind.Object)
        {
            throw config.Wrong(Field, "must be an object of ids and tokens");
        }

        foreach (JsonProperty entry in decoder.EnumerateObject())
        {
            JsonFields token = new(entry.Value, file);
            if (!int.TryParse(entry.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int id) || id > MaxId
                || token.String("content") is not { Length: > 0 } content)
            {
                throw config.Wrong(Field, $"the entry '{entry.Name}' must be an id up to {MaxId} with a token that has content");
            }

            tokens[id] = new AddedToken(id, content, token.Boolean("special") ?? false)
            {
                StripLeft = token.Boolean("lstrip") ?? false,
                StripRight = token.Boolean("rstrip") ?? false,
            };
        }
    }
}
