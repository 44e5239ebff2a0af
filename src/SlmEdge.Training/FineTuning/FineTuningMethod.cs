namespace SlmEdge.Training.FineTuning;

/// <summary>What a fine-tuning run changes.</summary>
public enum FineTuningMethod
{
    /// <summary>Low-rank adapters over the base in its own precision.</summary>
    Lora,

    /// <summary>Low-rank adapters over the base in NF4.</summary>
    Qlora,

    /// <summary>Every weight.</summary>
    Full,
}
