namespace SlmEdge.Tasks.Data;

/// <summary>A text that stands in the training data and in the test data.</summary>
/// <param name="Train">The training row.</param>
/// <param name="Test">The test row.</param>
public sealed record TextOverlap(LabelledText Train, LabelledText Test);
