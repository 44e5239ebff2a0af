using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SlmEdge.Benchmarks.Fuzzing;

/// <summary>
/// Damage to meaning beside damage to bytes: what is written stays JSON, GGUF or ONNX, with fields missing, doubled, of other types and extreme.
/// </summary>
internal static class StructuralMutation
{
    private static readonly double[] Extremes = [0, -1, 1, int.MaxValue, uint.MaxValue, 9e15, -9e15, 1e308, 0.5];

    public static byte[] Apply(byte[] original, string fileName, int seed)
    {
        // Every third is left to bytes.
        var random = new Random(seed);
        if (random.Next(3) == 0)
        {
            return Mutation.Apply(original, seed);
        }

        return Path.GetExtension(fileName) switch
        {
            ".json" => Json(original, random),
            ".gguf" => GgufFields.Damage(original, random),
            ".onnx" => OnnxTree.Damage(original, random),
            _ => Mutation.Apply(original, seed),
        };
    }

    private static byte[] Json(byte[] original, Random random)
    {
        var root = JsonNode.Parse(original)!;
        for (var count = 1 + random.Next(3); count > 0; count--)
        {
            var all = new List<JsonNode>();
            Collect(root, all);
            if (all.Count == 0)
            {
                break;
            }

            Change(all[random.Next(all.Count)], random);
        }

        var text = root.ToJsonString(new JsonSerializerOptions { MaxDepth = 4096 });
        if (random.Next(8) == 0 && text.IndexOf('"', 1) is var at and > 0)
        {
            // A key twice: no tree holds that.
            var end = text.IndexOf(':', at);
            text = end < 0 ? text : text[..at] + text[at..end] + ":1," + text[at..];
        }

        return Encoding.UTF8.GetBytes(text);
    }

    // All but the root: each can be taken out of its parent.
    private static void Collect(JsonNode node, List<JsonNode> all)
    {
        IEnumerable<JsonNode?> children = node switch { JsonObject members => members.Select(member => member.Value), JsonArray items => items, _ => [] };
        foreach (var child in children.OfType<JsonNode>())
        {
            all.Add(child);
            Collect(child, all);
        }
    }

    private static void Change(JsonNode node, Random random)
    {
        if (random.Next(4) == 0)
        {
            if (node.Parent is JsonObject members)
            {
                members.Remove(node.GetPropertyName());
            }
            else
            {
                ((JsonArray)node.Parent!).Remove(node);
            }

            return;
        }

        node.ReplaceWith(Other(random));
    }

    private static JsonNode? Other(Random random)
    {
        switch (random.Next(8))
        {
            case 0:
                return null;
            case 1:
                return JsonValue.Create(random.Next(2) == 0);
            case 2:
                return JsonValue.Create("../" + new string('x', random.Next(300)));
            case 3:
                return new JsonArray();
            case 4:
                return new JsonObject();
            case 5:
                JsonNode deep = new JsonArray();
                for (var depth = random.Next(500); depth > 0; depth--)
                {
                    deep = new JsonArray(deep);
                }

                return deep;
            default:
                return JsonValue.Create(Extremes[random.Next(Extremes.Length)]);
        }
    }
}
