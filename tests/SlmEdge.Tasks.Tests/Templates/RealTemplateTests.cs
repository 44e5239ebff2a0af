using System.Text.Json;
using System.Text.Json.Nodes;
using SlmEdge.Tasks.Templates;

namespace SlmEdge.Tasks.Tests.Templates;

/// <summary>The real templates of model makers, against Hugging Face's JavaScript and against Python's Jinja.</summary>
public sealed class RealTemplateTests
{
    private static readonly string[] Names =
    [
        "gemma", "gemma3", "gemma_training", "llama3", "llama3_1", "llama3_2", "llama3_training", "phi3", "phi3_5", "phi3_training", "qwen2_5",
        "qwen2_5_training", "qwen3",
    ];

    [SkippableFact]
    public void Every_conversation_renders_byte_for_byte_as_by_Hugging_Faces_JavaScript() => Compare(PeerScript.Node, Differs);

    [SkippableFact]
    public void Every_conversation_renders_byte_for_byte_as_by_Pythons_Jinja() => Compare(PeerScript.Python, (_, _) => false);

    private static void Compare(Func<object, JinjaResult[]> peer, Func<string, string, bool> differs)
    {
        var cases = (from name in Names
                     let template = File.ReadAllText(SharedData.Locate($"data/templates/{name}.jinja"))
                     from conversation in ConversationCases.All()
                     from prompt in new[] { false, true }
                     let variables = With(conversation.Variables, prompt)
                     select (Name: name, Case: conversation.Name, Parsed: template, Variables: variables)).ToArray();
        JinjaResult[] theirs = peer(cases.Select(c => new { template = c.Parsed, variables = c.Variables }));
        theirs.Length.ShouldBe(cases.Length);
        Dictionary<string, ChatTemplate> templates = Names.ToDictionary(name => name, name => ChatTemplate.Parse(cases.First(c => c.Name == name).Parsed, name));
        var failures = new List<string>();
        int equal = 0;
        for (int i = 0; i < cases.Length; i++)
        {
            if (differs(cases[i].Name, cases[i].Case))
            {
                continue;
            }

            JinjaResult ours = Render(templates[cases[i].Name], cases[i].Variables);
            bool same = ours.Text is null ? theirs[i].Text is null : ours.Text == theirs[i].Text && (theirs[i].Generated is null || Same(ours, theirs[i]));
            equal += same ? 1 : 0;
            if (!same)
            {
                failures.Add($"{cases[i].Name} / {cases[i].Case}\nours   {Show(ours)}\ntheirs {Show(theirs[i])}");
            }
        }

        failures.ShouldBeEmpty($"{failures.Count} differ\n" + string.Join("\n", failures.Take(20)));
        equal.ShouldBeGreaterThan(1000);
    }

    /// <summary>
    /// Where the JavaScript implementation departs from Python's, which transformers runs and which we follow: it goes on with attributes of
    /// what is undefined, adds lists to strings, has no <c>trim</c> for values that are no strings, and its <c>lstrip('\n')</c> takes every white space.
    /// </summary>
    private static bool Differs(string template, string conversation) =>
        conversation is "no messages" or "tools but no turn" or "parts" or "no content" || (template == "qwen3" && conversation == "answered:   \n\t padded \r\n ");

    private static bool Same(JinjaResult ours, JinjaResult theirs) =>
        ours.Generated!.Length == theirs.Generated!.Length && ours.Generated.Zip(theirs.Generated).All(pair => pair.First.SequenceEqual(pair.Second));

    private static JinjaResult Render(ChatTemplate template, JsonObject variables)
    {
        using var document = JsonDocument.Parse(variables.ToJsonString());
        JsonElement root = document.RootElement;
        string[] own = ["messages", "tools", "documents", "add_generation_prompt", "bos_token", "eos_token"];
        try
        {
            TemplateText text = template.Render(new ChatTemplateInput
            {
                Messages = root.GetProperty("messages"),
                Tools = root.GetProperty("tools") is { ValueKind: JsonValueKind.Array } tools ? tools : null,
                AddGenerationPrompt = root.GetProperty("add_generation_prompt").GetBoolean(),
                ControlTokens = new Dictionary<string, string> { ["bos_token"] = "<bos>", ["eos_token"] = "</s>" },
                Variables = root.EnumerateObject().Where(p => !own.Contains(p.Name)).ToDictionary(p => p.Name, p => p.Value),
            });
            return new JinjaResult(text.Value, null, Generated(text));
        }
        catch (ChatTemplateException e)
        {
            e.Line.ShouldBeGreaterThan(0, e.Message);
            return new JinjaResult(null, e.Message);
        }
    }

    /// <summary>The generated ranges in code points, neighbouring ones together.</summary>
    private static int[][] Generated(TemplateText text)
    {
        var ranges = new List<int[]>();
        foreach (TextRun run in text.Runs.Where(run => run.Origin.Generated))
        {
            int start = text.Value[..run.Start].EnumerateRunes().Count();
            int end = start + text.Value.Substring(run.Start, run.Length).EnumerateRunes().Count();
            if (ranges.Count > 0 && ranges[^1][1] == start)
            {
                ranges[^1][1] = end;
            }
            else
            {
                ranges.Add([start, end]);
            }
        }

        return [.. ranges];
    }

    private static JsonObject With(JsonObject variables, bool prompt)
    {
        var copy = (JsonObject)variables.DeepClone();
        copy["add_generation_prompt"] = prompt;
        return copy;
    }

    private static string Show(JinjaResult result) =>
        JsonSerializer.Serialize(result.Text ?? "error: " + result.Error) + (result.Generated is { Length: > 0 } ranges ? " " + JsonSerializer.Serialize(ranges) : "");
}
