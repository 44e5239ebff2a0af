namespace SlmEdge.Teachers.Distillation;

/// <summary>What a teacher is asked for.</summary>
public enum DistillMode
{
    /// <summary>Answers to learn (Kim and Rush 2016, arXiv 1606.07947).</summary>
    Responses,

    /// <summary>Answers with the reasoning that led to them, kept apart (Hsieh et al. 2023, arXiv 2305.02301).</summary>
    Reasoning,

    /// <summary>Two answers of which the teacher prefers one (Bai et al. 2022, arXiv 2212.08073).</summary>
    Preferences,
}
