namespace SlmEdge.Training.Families;

/// <summary>The rotary rows of a pack: those of the layers that see everything, and those of the layers that keep to a window where they have their own.</summary>
internal readonly record struct RotaryTables(RotaryRows Global, RotaryRows? Local)
{
    public RotaryRows Of(DecoderLayer layer) => layer.IsLocal ? Local!.Value : Global;
}
