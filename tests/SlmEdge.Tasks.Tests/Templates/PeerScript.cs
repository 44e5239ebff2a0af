using System.Text.Json;

namespace SlmEdge.Tasks.Tests.Templates;

/// <summary>Templates rendered with other makers' Jinja.</summary>
internal static class PeerScript
{
    public static JinjaResult[] Node(object cases) => Read(PeerProgram.Node("jinja.mjs", "@huggingface/jinja", JsonSerializer.Serialize(cases)));

    public static JinjaResult[] Python(object cases) => Read(PeerProgram.Python("jinja_sandbox.py", "jinja2", "python3-jinja2", JsonSerializer.Serialize(cases)));

    private static JinjaResult[] Read(string output) => JsonSerializer.Deserialize<JinjaResult[]>(output, JsonSerializerOptions.Web)!;
}
