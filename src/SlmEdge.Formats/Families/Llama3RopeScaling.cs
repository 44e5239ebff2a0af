namespace SlmEdge.Formats.Families;

/// <summary>
/// How Llama 3.1 and later stretch their rotary positions: slow rotations are slowed by <paramref name="Factor"/>, fast ones stay, those between are blended
/// (<c>rope_type</c> <c>llama3</c> of Hugging Face's configuration; llama.cpp's converter writes the same factors as <c>rope_freqs.weight</c>).
/// </summary>
/// <param name="Factor">How much longer the context has become.</param>
/// <param name="LowFrequencyFactor">Rotations of a wavelength above the original context divided by this are slowed wholly.</param>
/// <param name="HighFrequencyFactor">Rotations of a wavelength below the original context divided by this stay.</param>
/// <param name="OriginalContext">Context before stretching, in tokens.</param>
public sealed record Llama3RopeScaling(double Factor, double LowFrequencyFactor, double HighFrequencyFactor, int OriginalContext)
{
    /// <summary>What the angle per position is divided by.</summary>
    /// <param name="frequency">Angle per position, in radians.</param>
    public double Divisor(double frequency)
    {
        double wavelength = 2 * Math.PI / frequency;
        if (wavelength < OriginalContext / HighFrequencyFactor)
        {
            return 1;
        }

        if (wavelength > OriginalContext / LowFrequencyFactor)
        {
            return Factor;
        }

        double smooth = ((OriginalContext / wavelength) - LowFrequencyFactor) / (HighFrequencyFactor - LowFrequencyFactor);
        return 1 / (((1 - smooth) / Factor) + smooth);
    }
}
