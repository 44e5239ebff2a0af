namespace SlmEdge.Export.Weights;

/// <summary>The tensor that was read last, for sources that can only restore a tensor whole: its rows are read one slab after the other.</summary>
internal sealed class RestoredTensor
{
    private string? _name;
    private float[] _values = [];

    /// <summary>Copies rows of a tensor, which is restored when it is not the last one.</summary>
    public void ReadRows(string name, int firstRow, int width, Span<float> destination, Func<float[]> restore)
    {
        if (_name != name)
        {
            // The last one is let go before the next is made.
            (_name, _values) = (null, []);
            (_values, _name) = (restore(), name);
        }

        _values.AsSpan(firstRow * width, destination.Length).CopyTo(destination);
    }
}
