namespace SlmEdge.Teachers.Endpoint;

/// <summary>Where an endpoint is and how patiently it is used.</summary>
public sealed record EndpointOptions
{
    /// <summary>The address up to and without <c>/chat/completions</c>, usually ending in <c>/v1</c>. A bare host gets <c>/v1</c>.</summary>
    public required Uri Address { get; init; }

    /// <summary>The model's name at the endpoint.</summary>
    public required string Model { get; init; }

    /// <summary>Which interface is spoken.</summary>
    public EndpointApi Api { get; init; } = EndpointApi.Chat;

    /// <summary>Environment variable with the API key. When it is not set no key is sent, as local servers need none.</summary>
    public string ApiKeyVariable { get; init; } = "OPENAI_API_KEY";

    /// <summary>Questions under way at once.</summary>
    public int Concurrency { get; init; } = 4;

    /// <summary>Longest time until an answer begins to arrive.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Longest silence within an answer.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often a question is put before the run ends.</summary>
    public int Attempts { get; init; } = 6;

    /// <summary>Pause after the first failure; it doubles with each further one.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest pause, also where the endpoint asks for a longer one: then the run ends and says so.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromMinutes(5);
}
