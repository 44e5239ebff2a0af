namespace SlmEdge.Tasks.Constraints.Grammar;

/// <summary>A grammar outgrew its limits; whoever builds it says of which schema.</summary>
internal sealed class ConstraintLimitException(string message) : Exception(message);
