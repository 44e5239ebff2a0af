namespace SlmEdge.Training.Optimization;

/// <summary>Course of the learning rate after the warm-up.</summary>
public enum ScheduleShape
{
    /// <summary>Half a cosine down to the floor.</summary>
    Cosine,

    /// <summary>A straight line down to the floor.</summary>
    Linear,

    /// <summary>The peak until the end.</summary>
    Constant,
}
