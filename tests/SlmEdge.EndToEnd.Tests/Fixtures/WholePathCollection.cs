namespace SlmEdge.EndToEnd.Tests.Fixtures;

/// <summary>The tests that share one trained and bundled model.</summary>
[CollectionDefinition(Name)]
public sealed class WholePathCollection : ICollectionFixture<WholePath>
{
    /// <summary>Name of the collection.</summary>
    public const string Name = "whole path";
}
