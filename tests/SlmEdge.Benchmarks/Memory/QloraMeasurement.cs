namespace SlmEdge.Benchmarks.Memory;

/// <summary>What the process of one QLoRA step prints.</summary>
/// <param name="Parameters">Parameters of the base.</param>
/// <param name="LoadSeconds">Time of loading, quantising included.</param>
/// <param name="LoadPeak">Largest resident size while loading.</param>
/// <param name="Held">Resident size after loading.</param>
/// <param name="StepSeconds">Time of forward, backward and update.</param>
/// <param name="StepPeak">Largest resident size in the step.</param>
/// <param name="Loss">Loss, in nats a token.</param>
internal sealed record QloraMeasurement(long Parameters, double LoadSeconds, long LoadPeak, long Held, double StepSeconds, long StepPeak, double Loss);
