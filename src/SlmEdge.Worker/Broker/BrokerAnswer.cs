namespace SlmEdge.Worker.Broker;

/// <summary>What is to be published.</summary>
/// <param name="Sequence">Its place in the outbox.</param>
/// <param name="Id">The id of the message that it answers, and its own.</param>
/// <param name="Body">The answer's JSON; of a message that was set aside its body.</param>
/// <param name="Reason">Why it was set aside; null for an answer.</param>
/// <param name="ReplyTo">The queue that its sender named.</param>
/// <param name="Correlation">What its sender knows it by.</param>
internal sealed record BrokerAnswer(long Sequence, string Id, byte[] Body, string? Reason, string? ReplyTo, string? Correlation);
