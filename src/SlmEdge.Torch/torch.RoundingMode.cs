namespace TorchSharp;

public static partial class torch
{
    /// <summary>How a quotient becomes an integer.</summary>
    public enum RoundingMode
    {
        /// <summary>Not at all.</summary>
        None,

        /// <summary>Towards zero.</summary>
        trunc,

        /// <summary>Downwards.</summary>
        floor,
    }
}
