using System.CommandLine;
using SlmEdge.Runtime.Generation;
using SlmEdge.Tools.Edge.CommandLine;

namespace SlmEdge.Tools.Edge.Write;

/// <summary><c>slm-edge generate</c>: one JSON line per text with what the model writes about it.</summary>
internal static class GenerateCommand
{
    public static Command Create()
    {
        var command = new Command("generate", "Writes summaries, rewritings and the like: one JSON line per text, {\"text\":…,\"output\":…,\"finishReason\":…}.");
        var runtime = new RuntimeArguments(command, decides: false);
        var adapter = new AdapterArgument(command);
        var texts = new TextArguments(command);
        var sampling = new SamplingArguments(command, new GenerationOptions().MaxTokens, stops: true);
        var details = new Option<bool>("--details") { Description = "Add bundle, version, engine, prompt hash, tokens and times to every line." };
        command.Options.Add(details);
        command.SetAction((parsed, ct) =>
        {
            var options = sampling.Read(parsed);
            return AnswerLines.RunAsync(
                texts,
                parsed,
                () => adapter.Open(runtime, parsed),
                (opened, text, token) => opened.Generator.GenerateAsync(text, options with { Adapter = AdapterArgument.NameOf(opened) }, token),
                (json, opened, answer) =>
                {
                    json.WriteString("output", answer.Text);
                    json.WriteString("finishReason", FinishNames.Of(answer.FinishReason));
                    if (answer.Truncated)
                    {
                        json.WriteBoolean("truncated", true);
                    }

                    AnswerLines.WriteAdapter(json, answer.Adapter);
                    if (parsed.GetValue(details))
                    {
                        AnswerLines.WriteDetails(json, opened, answer.Usage, answer.Timings);
                    }
                },
                ct);
        });
        return command;
    }
}
