namespace SlmEdge.Formats.Families;

/// <summary>How a layer turns its queries and keys by their positions (Su et al. 2021, arXiv 2104.09864).</summary>
/// <param name="Frequencies">Angle per position of each pair, in radians, <c>[rotaryDim / 2]</c>: pair <c>i</c> is elements <c>i</c> and <c>i + rotaryDim / 2</c>.</param>
/// <param name="Magnitude">Factor on cosine and sine.</param>
public sealed record RotaryPositions(double[] Frequencies, double Magnitude)
{
    /// <summary>Cosines of consecutive positions, <c>[count, rotaryDim / 2]</c>, with the magnitude.</summary>
    /// <param name="count">Number of positions, from 0.</param>
    public float[] Cosines(int count) => Table(count, Math.Cos);

    /// <summary>Sines of consecutive positions, shaped as <see cref="Cosines"/>.</summary>
    /// <param name="count">Number of positions, from 0.</param>
    public float[] Sines(int count) => Table(count, Math.Sin);

    private float[] Table(int count, Func<double, double> function)
    {
        int pairs = Frequencies.Length;
        float[] values = new float[count * pairs];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)(Magnitude * function(i / pairs * Frequencies[i % pairs]));
        }

        return values;
    }
}
