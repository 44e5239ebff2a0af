namespace SlmEdge.Teachers.Local;

/// <summary>How a model file is loaded as a teacher.</summary>
public sealed record LocalTeacherOptions
{
    /// <summary>Longest question with its answer, in tokens; 0 takes the length the model was trained with, at most 4096.</summary>
    public int ContextLength { get; init; }

    /// <summary>Answers written at once. More of them share each reading of the weights; each needs key-value memory.</summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>Compute threads; 0 takes the number of physical cores.</summary>
    public int Threads { get; init; }

    /// <summary>Layers kept on the GPU: 0 for none, negative for all.</summary>
    public int GpuLayers { get; init; }
}
