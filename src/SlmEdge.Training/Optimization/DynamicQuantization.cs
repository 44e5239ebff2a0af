namespace SlmEdge.Training.Optimization;

/// <summary>
/// Dynamic tree quantisation (Dettmers 2016, arXiv 1511.04561; for optimisers Dettmers et al. 2022, arXiv 2110.02861): 8 bits are a sign where there is one,
/// some zeros that count powers of ten, and a fraction in the bits that are left, so that values near 1 have many steps and values down to 10⁻⁷ still
/// have one. The fraction's value is the middle of its interval; 0 and 1 are added.
/// </summary>
internal static class DynamicQuantization
{
    /// <summary>Powers of ten that are told apart.</summary>
    private const int Exponents = 7;

    /// <summary>The 256 values of a code, ascending.</summary>
    /// <param name="signed">From −1 to 1, for a mean; otherwise from 0 to 1 with one more bit of fraction, for squares.</param>
    public static float[] Levels(bool signed)
    {
        var levels = new List<float> { 0, 1 };
        for (var exponent = 0; exponent < Exponents; exponent++)
        {
            var intervals = (signed ? 1 : 2) << exponent;
            var scale = Math.Pow(10, exponent - (Exponents - 1));
            for (var i = 0; i < intervals; i++)
            {
                var middle = (float)(scale * (0.1 + (0.9 * (i + 0.5) / intervals)));
                levels.Add(middle);
                if (signed)
                {
                    levels.Add(-middle);
                }
            }
        }

        levels.Sort();
        return [.. levels];
    }
}
