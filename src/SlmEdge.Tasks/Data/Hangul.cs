namespace SlmEdge.Tasks.Data;

/// <summary>Korean syllables are composed by arithmetic (The Unicode Standard, section 3.12, "Conjoining Jamo Behavior").</summary>
internal static class Hangul
{
    public const int LeadBase = 0x1100;
    public const int VowelBase = 0x1161;
    public const int TrailBase = 0x11A7;
    public const int Leads = 19;
    public const int Vowels = 21;
    public const int Trails = 28;
    private const int SyllableBase = 0xAC00;

    public static bool IsSyllable(int code) => code >= SyllableBase && code < SyllableBase + (Leads * Vowels * Trails);

    public static void Decompose(int syllable, List<int> output)
    {
        int index = syllable - SyllableBase;
        output.Add(LeadBase + (index / (Vowels * Trails)));
        output.Add(VowelBase + (index / Trails % Vowels));
        if (index % Trails != 0)
        {
            output.Add(TrailBase + (index % Trails));
        }
    }

    public static bool TryCompose(int first, int second, out int composed)
    {
        composed = 0;
        if (first is >= LeadBase and < LeadBase + Leads && second is >= VowelBase and < VowelBase + Vowels)
        {
            composed = SyllableBase + ((((first - LeadBase) * Vowels) + (second - VowelBase)) * Trails);
        }
        else if (IsSyllable(first) && (first - SyllableBase) % Trails == 0 && second is > TrailBase and < TrailBase + Trails)
        {
            composed = first + (second - TrailBase);
        }

        return composed != 0;
    }
}
