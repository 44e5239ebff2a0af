using System.Text.Json;

namespace SlmEdge.Teachers.Endpoint;

/// <summary>The JSON of a question. Fields that OpenAI's interface does not have are written only when they differ from doing nothing.</summary>
internal static class EndpointRequestBody
{
    public static byte[] Write(EndpointOptions options, TeacherRequest request, int samples, uint seed)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("model", options.Model);
            if (options.Api == EndpointApi.Completions)
            {
                json.WriteString("prompt", PlainPrompt.Render(request.Messages));
            }
            else
            {
                json.WriteStartArray("messages");
                foreach (var message in request.Messages)
                {
                    json.WriteStartObject();
                    json.WriteString("role", message.Role);
                    json.WriteString("content", message.Content);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }

            var sampling = request.Sampling;
            json.WriteNumber("temperature", sampling.Temperature);
            json.WriteNumber("top_p", sampling.TopP);
            json.WriteNumber("max_tokens", sampling.MaxTokens);
            json.WriteNumber("n", samples);
            json.WriteNumber("seed", seed);
            if (sampling.Stop.Count > 0)
            {
                json.WriteStartArray("stop");
                foreach (var stop in sampling.Stop)
                {
                    json.WriteStringValue(stop);
                }

                json.WriteEndArray();
            }

            if (sampling.TopK > 0)
            {
                json.WriteNumber("top_k", sampling.TopK);
            }

            if (sampling.RepetitionPenalty != 1)
            {
                // vLLM reads the first, llama.cpp's server the second.
                json.WriteNumber("repetition_penalty", sampling.RepetitionPenalty);
                json.WriteNumber("repeat_penalty", sampling.RepetitionPenalty);
            }

            json.WriteBoolean("stream", false);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }
}
