using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using SlmEdge.Tasks.Templates;

namespace SlmEdge.Tasks.Tests.Templates;

/// <summary>Whatever a template holds, it renders or is refused with the one exception type, and comes to an end.</summary>
public sealed class TemplatePropertyTests
{
    private static readonly string[] Fragments =
    [
        "{{", "}}", "{%", "%}", "{#", "#}", "{%-", "-%}", "{{-", "-}}", "if ", "else", "elif ", "endif", "for ", "in ", "endfor", "set ", "endset", "macro ", "endmacro", "call ", "endcall", "generation",
        "endgeneration", "raw", "endraw", "filter ", "endfilter", "with ", "endwith", "break", "continue", "not ", "and ", "or ", "is ", "defined", "x", "loop", "messages", "message", "m", "range", "namespace", "ns.a",
        "(", ")", "[", "]", "{", "}", ",", ":", ".", "|", "~", "+", "-", "*", "/", "//", "%", "**", "==", "<", "=", "'a'", "\"b\"", "'", "\\", "1", "2.5", "999999999999", "true", "none", "upper", "tojson", "join(',')",
        "default('x')", "map('upper')", "role", "content", "[0]", "[::-1]", ".split('a')", ".items()", " ", "\n", "\t", "text", "é🔧", "\ud800", "{% for m in messages %}", "{% endfor %}", "{% if x %}", "{% endif %}", "{{ m.content }}", "{{ m['role'] }}",
    ];

    [Property(MaxTest = 1500)]
    public Property Random_templates_never_fail_otherwise_than_with_the_typed_error() => Prop.ForAll(
        Gen.Elements(Fragments).ListOf().Select(parts => string.Concat(parts)).ToArbitrary(), Check);

    [Property(MaxTest = 300)]
    public void Random_characters_never_fail_otherwise_than_with_the_typed_error(string text) => Check(text ?? "");

    [SkippableFact]
    public void Damaged_real_templates_never_fail_otherwise_than_with_the_typed_error()
    {
        var random = new Random(1);
        foreach (string name in (string[])["qwen3", "llama3_1", "gemma3", "phi3_training"])
        {
            string template = File.ReadAllText(SharedData.Locate($"data/templates/{name}.jinja"));
            for (int i = 0; i < 150; i++)
            {
                int at = random.Next(template.Length);
                int length = random.Next(1, 20);
                string damaged = random.Next(3) switch
                {
                    0 => template.Remove(at, Math.Min(length, template.Length - at)),
                    1 => template.Insert(at, Fragments[random.Next(Fragments.Length)]),
                    _ => template[..at],
                };
                Check(damaged);
            }
        }
    }

    private static bool Check(string template)
    {
        try
        {
            TemplateText text = ChatTemplate.Parse(template).Render(new ChatTemplateInput
            {
                Messages = JsonSerializer.SerializeToElement(new[] { new { role = "user", content = "a {{ b }}" }, new { role = "assistant", content = "c" } }),
                ControlTokens = new Dictionary<string, string> { ["bos_token"] = "<s>" },
            });
            text.Runs.Sum(run => run.Length).ShouldBe(text.Value.Length);
            return true;
        }
        catch (ChatTemplateException)
        {
            return true;
        }
    }
}
