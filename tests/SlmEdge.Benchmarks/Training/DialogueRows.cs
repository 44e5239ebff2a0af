using System.IO.Compression;
using System.Text.Json;
using SlmEdge.Benchmarks.CommandLine;
using SlmEdge.Tasks.Data;
using SlmEdge.Tasks.Prompts;
using SlmEdge.Tasks.Tokenization;
using SlmEdge.Training.FineTuning;

namespace SlmEdge.Benchmarks.Training;

/// <summary>Dialogues of the form <c>Human: … Assistant: …</c> under <c>chosen</c>, in ChatML, every turn of the assistant supervised.</summary>
internal static class DialogueRows
{
    private const string Template =
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' }}{{ message['content'] }}{{ '<|im_end|>\n' }}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

    private static readonly string[] Speakers = ["\n\nHuman:", "\n\nAssistant:"];

    /// <summary>Reads JSON Lines (or .gz of it); dialogues that are longer than the limit, or malformed, are left out.</summary>
    public static TrainingRow[] Read(string path, ITokenizer tokenizer, int maxLength)
    {
        var prompt = new GenerationPrompt(tokenizer, Template);
        var rows = new List<TrainingRow>();
        using Stream file = File.OpenRead(path);
        using var reader = new StreamReader(path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file);
        while (reader.ReadLine() is { } line)
        {
            using var json = JsonDocument.Parse(line);
            var messages = Messages(json.RootElement.GetProperty("chosen").GetString()!);
            if (messages.Count < 2 || messages.Any(m => m.Content.Length == 0))
            {
                continue;
            }

            var (tokens, supervised) = prompt.EncodeMessages(messages);
            if (tokens.Length <= maxLength)
            {
                var example = SupervisedExample.OfMask(tokens, supervised, path, rows.Count + 1);
                rows.Add(new TrainingRow(example.Tokens, example.Positions, example.Targets));
            }
        }

        return rows.Count > 0 ? [.. rows] : throw new BenchmarkException($"'{path}' has no dialogue of at most {maxLength} tokens.");
    }

    private static List<ChatMessage> Messages(string dialogue)
    {
        var messages = new List<ChatMessage>();
        var speaker = 0;
        var at = dialogue.IndexOf(Speakers[0], StringComparison.Ordinal);
        while (at >= 0)
        {
            var start = at + Speakers[speaker].Length;
            var next = dialogue.IndexOf(Speakers[1 - speaker], start, StringComparison.Ordinal);
            messages.Add(new ChatMessage(speaker == 0 ? "user" : "assistant", dialogue[start..(next < 0 ? dialogue.Length : next)].Trim()));
            (at, speaker) = (next, 1 - speaker);
        }

        return messages is [.., { Role: "assistant" }] ? messages : [];
    }
}
