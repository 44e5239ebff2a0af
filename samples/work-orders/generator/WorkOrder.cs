namespace SlmEdge.Samples.WorkOrders;

/// <summary>One row of the data set.</summary>
public sealed record WorkOrder(string Text, string Label);
