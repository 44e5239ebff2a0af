using System.Runtime.CompilerServices;

namespace SlmEdge.Bundles.Drift;

/// <summary>What is remembered of one text: enough to compare, too little to read it.</summary>
internal struct DriftText
{
    /// <summary>Tokens of a text that are looked at: of longer ones as many, evenly spread, so that one long document does not count as many texts.</summary>
    public const int MaxTokens = 32;

    /// <summary>Classes into which tokens are hashed.</summary>
    public const int TokenClasses = 256;

    /// <summary>Steps of confidence and of length.</summary>
    public const int Levels = 64;

    /// <summary>Likeliest labels of a text that are looked at.</summary>
    public const int MaxScores = 8;

    /// <summary>No answer that ended.</summary>
    public const byte NoLength = 255;

    private const int MaxScoreClasses = 128;

    public ushort Label;
    public byte Confidence;
    public byte Length;
    public bool HasUnknown;
    public bool HasNew;
    public byte AnswerLength;
    public bool IsUnfinished;
    public byte ScoreCount;
    public ScoreBuffer ScoreClasses;
    public ScoreBuffer Scores;
    public byte TokenCount;
    public TokenBuffer Tokens;

    /// <summary>Classes of labels: each its own, up to 128; of more labels several share one.</summary>
    public static int ScoreClassesOf(int labels) => Math.Min(labels, MaxScoreClasses);

    /// <summary>The class of a label.</summary>
    public static byte ScoreClass(int label) => (byte)(label % MaxScoreClasses);

    /// <summary>The step of a confidence. They are finer where a good model's confidences lie: 0.025 wide up to 0.9, 0.005 up to 0.99, 0.001 above.</summary>
    public static byte ConfidenceLevel(double confidence) => confidence switch
    {
        < 0.9 => (byte)Math.Clamp(confidence / 0.025, 0, 35),
        < 0.99 => (byte)Math.Clamp(36 + ((confidence - 0.9) / 0.005), 36, 53),
        _ => (byte)Math.Clamp(54 + ((confidence - 0.99) / 0.001), 54, 63),
    };

    /// <summary>The confidence in the middle of a step.</summary>
    public static double ConfidenceOf(int level) => level switch
    {
        < 36 => (level + 0.5) * 0.025,
        < 54 => 0.9 + ((level - 36 + 0.5) * 0.005),
        _ => 0.99 + ((level - 54 + 0.5) * 0.001),
    };

    /// <summary>The step of a number of tokens: each number up to 31, then four steps an octave.</summary>
    public static byte LengthLevel(int tokens) => tokens < 32 ? (byte)Math.Max(tokens, 0) : (byte)Math.Min(63, 32 + (int)(4 * Math.Log2(tokens / 32.0)));

    /// <summary>The class of a token: the upper bits of a multiplicative hash (Knuth, The Art of Computer Programming 3, 6.4).</summary>
    public static byte TokenClass(int token) => (byte)(((uint)token * 2654435769u) >> 24);

    [InlineArray(MaxScores)]
    internal struct ScoreBuffer
    {
        private byte first;
    }

    [InlineArray(MaxTokens)]
    internal struct TokenBuffer
    {
        private byte first;
    }
}
