using SlmEdge.Tasks;

namespace SlmEdge.Teachers.Synthesis;

/// <summary>What is asked for, and which of the answers are kept.</summary>
public sealed record SynthOptions
{
    /// <summary>The classification whose texts are wanted.</summary>
    public required TaskDefinition Task { get; init; }

    /// <summary>Real labelled rows.</summary>
    public required string SeedsFile { get; init; }

    /// <summary>The rows to write. Answers and rejected rows stand beside it.</summary>
    public required string OutputFile { get; init; }

    /// <summary>Rows that are wanted.</summary>
    public int Count { get; init; } = 100;

    /// <summary>What kinds of texts, taken in turn.</summary>
    public IReadOnlyList<SynthKind> Kinds { get; init; } = [SynthKind.Seeds];

    /// <summary>Topics, of <see cref="SynthKind.Topics"/>.</summary>
    public IReadOnlyList<string> Topics { get; init; } = [];

    /// <summary>Pairs of labels of which the first is taken for the second; other pairs are drawn where a label has none.</summary>
    public IReadOnlyList<(string Label, string Other)> Confusions { get; init; } = [];

    /// <summary>Files with texts that must not come again, not even nearly: test and validation rows.</summary>
    public IReadOnlyList<string> AgainstFiles { get; init; } = [];

    /// <summary>Texts that one question asks for.</summary>
    public int TextsPerQuestion { get; init; } = 5;

    /// <summary>Real texts that one question shows.</summary>
    public int ExamplesPerQuestion { get; init; } = 6;

    /// <summary>Most questions; 0 is three times what would do if every text were kept.</summary>
    public int MostQuestions { get; init; }

    /// <summary>Jaccard similarity of character shingles from which two texts are near-duplicates.</summary>
    public double Similarity { get; init; } = 0.8;

    /// <summary>Shortest text in characters; 0 is half of the shortest real one.</summary>
    public int MinLength { get; init; }

    /// <summary>Longest text in characters; 0 is one and a half times the longest real one.</summary>
    public int MaxLength { get; init; }

    /// <summary>Keep texts with what looks like personal data.</summary>
    public bool AllowPersonalData { get; init; }

    /// <summary>How sure the judge has to be of another label to reject a row.</summary>
    public double JudgeConfidence { get; init; } = 0.5;

    /// <summary>How answers are drawn; each question adds its number to the seed.</summary>
    public SamplingSettings Sampling { get; init; } = new() { Temperature = 1 };

    /// <summary>Folder with templates that replace those of the program.</summary>
    public string? TemplateFolder { get; init; }

    /// <summary>Column with the text.</summary>
    public string TextColumn { get; init; } = "text";

    /// <summary>Column with the label.</summary>
    public string LabelColumn { get; init; } = "label";

    /// <summary>Checks the settings against each other.</summary>
    /// <exception cref="TeacherException">They contradict each other.</exception>
    public void Validate()
    {
        Sampling.Validate();
        Require(Task.Kind == TaskKind.Classify, $"data synth makes labelled texts, and task '{Task.Name}' is of kind {Task.Kind}");
        Require(Count >= 1, "--count must be at least 1");
        Require(TextsPerQuestion >= 1, "--per-question must be at least 1");
        Require(ExamplesPerQuestion >= 1, "--examples must be at least 1");
        Require(Similarity is > 0 and <= 1, "--similarity must lie above 0 and at most at 1");
        Require(MaxLength == 0 || MinLength <= MaxLength, "--min-length is above --max-length");
        Require(Kinds.Count > 0, "there is no kind of text to ask for");
        Require(Kinds.Contains(SynthKind.Topics) == (Topics.Count > 0), "--mode topics needs --topics with one on each line, and other modes have none");
        foreach (var (label, other) in Confusions)
        {
            foreach (var name in (string[])[label, other])
            {
                Require(Task.IndexOf(name) >= 0, $"--confuse names '{name}', which is no label of the task '{Task.Name}'");
            }

            Require(label != other, $"--confuse names '{label}' twice");
        }
    }

    private static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new TeacherException(message + ".");
        }
    }
}
