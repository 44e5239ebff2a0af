using System.Text.Json;
using SlmEdge.Tasks.Data;
using SlmEdge.Teachers.Keeping;

namespace SlmEdge.Teachers.Distillation;

/// <summary>Writes rows in the forms that the trainer reads. What it does not read (reasoning, agreement) stands beside it.</summary>
internal static class AnswerRow
{
    public static byte[] Answer(PromptRow row, ReasonedAnswer answer, bool keepReasoning, double? agreement) => OutputRow.Write(json =>
    {
        var reasoning = keepReasoning && answer.Reasoning.Length > 0 ? answer.Reasoning : null;
        switch (row.Kind)
        {
            case PromptKind.Text:
                json.WriteString("text", row.Input);
                json.WriteString("label", answer.Answer);
                break;
            case PromptKind.Instruction:
                json.WriteString("instruction", row.Instruction);
                if (row.Input.Length > 0)
                {
                    json.WriteString("input", row.Input);
                }

                json.WriteString("output", answer.Answer);
                break;
            default:
                json.WriteStartArray("messages");
                Turns(json, row.Messages);
                json.WriteStartObject();
                json.WriteString("role", "assistant");
                if (reasoning is not null)
                {
                    // The name under which chat templates of reasoning models look for it.
                    json.WriteString("reasoning_content", reasoning);
                }

                json.WriteString("content", answer.Answer);
                json.WriteEndObject();
                json.WriteEndArray();
                break;
        }

        if (reasoning is not null && row.Kind != PromptKind.Messages)
        {
            json.WriteString("reasoning", reasoning);
        }

        if (agreement is { } share)
        {
            json.WriteNumber("agreement", Math.Round(share, 4));
        }
    });

    public static byte[] Preference(PromptRow row, string chosen, string rejected) => OutputRow.Write(json =>
    {
        if (row.Question is [{ Role: "user" } only])
        {
            json.WriteString("prompt", only.Content);
            json.WriteString("chosen", chosen);
            json.WriteString("rejected", rejected);
            return;
        }

        json.WriteStartArray("prompt");
        Turns(json, row.Question);
        json.WriteEndArray();
        foreach (var (name, text) in new[] { ("chosen", chosen), ("rejected", rejected) })
        {
            json.WriteStartArray(name);
            Turns(json, [new ChatMessage("assistant", text)]);
            json.WriteEndArray();
        }
    });

    private static void Turns(Utf8JsonWriter json, IReadOnlyList<ChatMessage> messages)
    {
        foreach (var message in messages)
        {
            json.WriteStartObject();
            json.WriteString("role", message.Role);
            json.WriteString("content", message.Content);
            json.WriteEndObject();
        }
    }
}
