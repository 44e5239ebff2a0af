using System.Text.Json;
using SlmEdge.Runtime.Generation;
using SlmEdge.Tasks.Data;
using SlmEdge.Worker.Http;

namespace SlmEdge.Worker.OpenAi;

/// <summary>The body of <c>POST /v1/completions</c>. The prompt is the text of the bundle's task, or the user's turn of a bundle that chats.</summary>
internal static class TextCompletionRequest
{
    public static CompletionRequest Parse(JsonElement root, int maxTokens)
    {
        CompletionFields.Refuse(root, "echo", "logit_bias");
        CompletionFields.RequireOne(root, "n");
        CompletionFields.RequireOne(root, "best_of");
        if (root.FindText("suffix") is { Length: > 0 })
        {
            throw HttpProblem.Bad("unsupported", "Unsupported", "'suffix' is not supported here; leave it out.", "suffix");
        }

        var stream = root.FindFlag("stream") ?? false;
        return new CompletionRequest
        {
            Messages = [new ChatMessage("user", ReadPrompt(root))],
            MaxTokens = root.FindInteger("max_tokens", 1, maxTokens) ?? Math.Min(new GenerationOptions().MaxTokens, maxTokens),
            MaxTokensField = "max_tokens",
            Sampling = CompletionFields.ReadSampling(root),
            Stop = CompletionFields.ReadStop(root),
            Logprobs = root.FindInteger("logprobs", 0, GenerationOptions.MaxLogprobs),
            Stream = stream,
            IncludeUsage = CompletionFields.ReadIncludeUsage(root, stream),
        };
    }

    private static string ReadPrompt(JsonElement root)
    {
        if (!root.TryGetProperty("prompt", out var prompt))
        {
            throw HttpProblem.Bad("missing-field", "Missing field", "The field 'prompt' (a string) is missing.", "prompt");
        }

        return prompt.ValueKind switch
        {
            JsonValueKind.String => prompt.GetString()!,
            JsonValueKind.Array when prompt.GetArrayLength() == 1 && prompt[0].ValueKind == JsonValueKind.String => prompt[0].GetString()!,
            JsonValueKind.Array => throw HttpProblem.Bad("unsupported", "Unsupported", "'prompt' has to be one string; send several requests, they are evaluated together. Lists of tokens are not taken.", "prompt"),
            _ => throw JsonFields.Wrong("prompt", "a string", prompt),
        };
    }
}
