namespace SlmEdge.Teachers.Endpoint;

/// <summary>Which of OpenAI's interfaces is spoken.</summary>
public enum EndpointApi
{
    /// <summary><c>/v1/chat/completions</c>: the server applies the model's chat template.</summary>
    Chat,

    /// <summary><c>/v1/completions</c>: plain text is continued, as base models need it.</summary>
    Completions,
}
