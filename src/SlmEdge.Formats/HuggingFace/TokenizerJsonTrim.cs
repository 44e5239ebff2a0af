using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SlmEdge.Formats.HuggingFace;

/// <summary>Writes a <c>tokenizer.json</c> anew with some of its tokens only. What the fields say beside tokens, ids and merges stays as it is.</summary>
internal static class TokenizerJsonTrim
{
    private static readonly JsonSerializerOptions Text = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="utf8">The file.</param>
    /// <param name="vocabulary">Its tokens by id.</param>
    /// <param name="merges">Its merges.</param>
    /// <param name="kept">The ids that stay, ascending; a token's new id is its place in this list.</param>
    public static byte[] Write(byte[] utf8, IReadOnlyList<string> vocabulary, IReadOnlyList<(string Left, string Right)> merges, IReadOnlyList<int> kept)
    {
        var newIds = new Dictionary<int, int>(kept.Count);
        for (int id = 0; id < kept.Count; id++)
        {
            newIds.Add(kept[id], id);
        }

        JsonObject root = JsonNode.Parse(utf8, documentOptions: new JsonDocumentOptions { MaxDepth = 64 })!.AsObject();
        JsonObject model = root["model"]!.AsObject();
        JsonObject tokens = model["vocab"]!.AsObject();
        var inModel = new HashSet<string>(tokens.Count, StringComparer.Ordinal);
        foreach (var (token, _) in tokens)
        {
            inModel.Add(token);
        }

        var trimmed = new JsonObject();
        for (int id = 0; id < kept.Count; id++)
        {
            if (inModel.Contains(vocabulary[kept[id]]))
            {
                trimmed.Add(vocabulary[kept[id]], id);
            }
        }

        var texts = kept.Select(id => vocabulary[id]).ToHashSet(StringComparer.Ordinal);
        model["vocab"] = trimmed;
        model["merges"] = new JsonArray(
        [
            .. merges
                .Where(merge => texts.Contains(merge.Left) && texts.Contains(merge.Right) && texts.Contains(merge.Left + merge.Right))
                .Select(merge => (JsonNode)new JsonArray(merge.Left, merge.Right)),
        ]);
        if (root["added_tokens"] is JsonArray added)
        {
            foreach (JsonNode? token in added)
            {
                token!["id"] = newIds[token["id"]!.GetValue<int>()];
            }
        }

        if (root["post_processor"] is { } processor)
        {
            Renumber(processor, newIds);
        }

        return Encoding.UTF8.GetBytes(root.ToJsonString(Text) + "\n");
    }

    /// <summary>The numbers that templates of special tokens (<c>special_tokens</c>: text to ids) and frames (<c>sep</c>, <c>cls</c>: text and id) hold.</summary>
    private static void Renumber(JsonNode node, Dictionary<int, int> newIds)
    {
        switch (node)
        {
            case JsonObject { } special when special["ids"] is JsonArray ids:
                special["ids"] = new JsonArray([.. ids.Select(id => (JsonNode)JsonValue.Create(newIds[id!.GetValue<int>()]))]);
                break;
            case JsonObject { } fields:
                foreach (var (name, value) in fields.ToArray())
                {
                    if (name is "sep" or "cls" && value is JsonArray { Count: 2 } pair && pair[1] is JsonValue id && id.TryGetValue(out int number))
                    {
                        pair[1] = newIds[number];
                    }
                    else if (value is not null)
                    {
                        Renumber(value, newIds);
                    }
                }

                break;
            case JsonArray list:
                foreach (JsonNode? item in list)
                {
                    if (item is not null)
                    {
                        Renumber(item, newIds);
                    }
                }

                break;
        }
    }
}
