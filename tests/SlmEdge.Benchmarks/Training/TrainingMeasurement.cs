namespace SlmEdge.Benchmarks.Training;

/// <summary>What a contender prints as its last line.</summary>
/// <param name="Seconds">Time of the timed steps.</param>
/// <param name="BytesBefore">Resident size with model and adapters loaded, before the first step.</param>
/// <param name="PeakBytes">Largest resident size of the process.</param>
/// <param name="Losses">Loss of every step.</param>
internal sealed record TrainingMeasurement(double Seconds, long BytesBefore, long PeakBytes, double[] Losses);
