namespace SlmEdge.Tasks.Extraction.Schemas;

/// <summary>What a schema may cost. Schemas written by people stay far below.</summary>
internal static class SchemaLimits
{
    /// <summary>Nodes of the compiled grammar.</summary>
    public const int MaxStates = 200_000;

    /// <summary>Schemas in the document.</summary>
    public const int MaxSchemas = 20_000;

    /// <summary>Combinations of schemas that hold for one value.</summary>
    public const int MaxCombinations = 20_000;

    /// <summary>Values of an <c>enum</c>.</summary>
    public const int MaxValues = 2_000;

    /// <summary>Schemas inside schemas.</summary>
    public const int MaxDepth = 64;

    /// <summary>Rules looked at while one document is checked.</summary>
    public const int MaxChecks = 5_000_000;
}
