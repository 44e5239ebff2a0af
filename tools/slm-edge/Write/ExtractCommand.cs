using System.CommandLine;
using SlmEdge.Runtime.Extraction;
using SlmEdge.Tools.Edge.CommandLine;

namespace SlmEdge.Tools.Edge.Write;

/// <summary><c>slm-edge extract</c>: one JSON line per text with the document that follows the task's schema.</summary>
internal static class ExtractCommand
{
    public static Command Create()
    {
        var command = new Command("extract", "Extracts documents that follow the task's schema: one JSON line per text, {\"text\":…,\"document\":{…},\"fields\":[…]}.");
        var runtime = new RuntimeArguments(command, decides: false);
        var adapter = new AdapterArgument(command);
        var texts = new TextArguments(command);
        var sampling = new SamplingArguments(command, new ExtractionOptions().MaxTokens, stops: false);
        var details = new Option<bool>("--details") { Description = "Add bundle, version, engine, prompt hash, tokens and times to every line." };
        command.Options.Add(details);
        command.SetAction((parsed, ct) =>
        {
            var options = new ExtractionOptions { MaxTokens = sampling.MaxTokens(parsed), Sampling = sampling.Sampling(parsed) };
            return AnswerLines.RunAsync(
                texts,
                parsed,
                () =>
                {
                    var opened = adapter.Open(runtime, parsed);
                    using var lease = AdapterArgument.NameOf(opened) is { } adapted ? opened.Adapters.Begin(adapted) : null;
                    var least = (lease?.Extractor ?? opened.Extractor).MinTokens;
                    if (least > options.MaxTokens)
                    {
                        opened.Dispose();
                        throw new UsageException($"--max-tokens is {options.MaxTokens}, and a document of the task's schema takes at least {least}");
                    }

                    return opened;
                },
                (opened, text, token) => opened.Extractor.ExtractAsync(text, options with { Adapter = AdapterArgument.NameOf(opened) }, token),
                (json, opened, result) =>
                {
                    ExtractionJson.WriteMembers(json, result);
                    if (parsed.GetValue(details))
                    {
                        AnswerLines.WriteDetails(json, opened, result.Usage, result.Timings);
                    }
                },
                ct);
        });
        return command;
    }
}
