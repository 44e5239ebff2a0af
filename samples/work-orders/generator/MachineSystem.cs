namespace SlmEdge.Samples.WorkOrders;

/// <summary>One label of the task: a machine system with its parts and with symptoms that name no part at all.</summary>
public sealed record MachineSystem(string Label, IReadOnlyList<Component> Components, IReadOnlyList<string> Symptoms);
