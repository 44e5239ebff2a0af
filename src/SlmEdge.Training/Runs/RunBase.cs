namespace SlmEdge.Training.Runs;

/// <summary>The base model of a run.</summary>
/// <param name="Path">Absolute path at the time of the run.</param>
/// <param name="Sha256">Identity of config and weights (<see cref="Models.ModelDirectory.Hash"/>).</param>
/// <param name="TokenizerSha256">Identity of the tokenizer.</param>
public sealed record RunBase(string Path, string Sha256, string TokenizerSha256);
