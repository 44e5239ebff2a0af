using SlmEdge.Datasets.Privacy;
using SlmEdge.Datasets.Quality;
using SlmEdge.Datasets.Rows;
using SlmEdge.Tasks;

namespace SlmEdge.Datasets.Tests.Quality;

public sealed class DatasetCheckTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Rows_with_several_labels_are_judged_label_by_label()
    {
        string data = _folder.Write("several.jsonl", """
            {"text": "hose is leaking at the pump", "label": ["Hose", "Leak"]}
            {"text": "pump replaced this morning", "label": ["Pump", "Work"]}
            {"text": "hose  is leaking at the pump", "label": ["Leak", "Hose"]}
            {"text": "bucket teeth are worn down", "label": ["Bukket"]}
            {"text": "engine oil was topped up", "label": ["Engine", 7]}

            """);
        TaskDefinition task = TaskDefinition.FromLabels("several", "i", ["Hose", "Leak", "Pump", "Work", "Bucket"]) with { Decision = new DecisionOptions { MultiLabel = true } };
        CheckResult result = DatasetCheck.Run(new CheckOptions { DataFiles = [data], Task = task }, null, CancellationToken.None);

        result.Findings.Single(finding => finding.Kind.Code == "unknown-label").First[0].Row.ShouldBe(4);
        result.Findings.Single(finding => finding.Kind.Code == "unreadable").First[0].Row.ShouldBe(5);
        result.Findings.Single(finding => finding.Kind.Code == "unused-label").Count.ShouldBe(1);

        // The order in which a row names its labels is no contradiction.
        result.Findings.ShouldNotContain(finding => finding.Kind.Code == "contradiction");
        result.Findings.ShouldContain(finding => finding.Kind.Code == "duplicate");
    }

    [Fact]
    public void Every_kind_of_fault_is_found_with_its_row()
    {
        string data = _folder.Write("faulty.jsonl", "\uFEFF" + """
            {"text": "The pump is leaking oil on the left side again", "label": "Hydraulics"}
            {"text": "the pump  is leaking oil on the left side again", "label": "Hydraulics"}
            {"text": "The pump is leaking oil on the left side again!", "label": "Engine"}
            {"text": "The Pump is leaking oil on the left side again", "label": "Engine"}
            {"text": "", "label": "Engine"}
            {"text": "no label here", "label": ""}
            {"text": "label column is gone"}
            {"text": "the engine is hot", "label": "engine "}
            {"text": "the engine is hot and noisy", "label": "Engine", "shift": 3}
            {"text": "Der Motor ist nicht mehr zu hören und die Pumpe auch", "label": "Engine"}
            {"text": "cafÃ© is broken in the hall", "label": "Engine"}
            {"text": "lost a let\uFFFDer in the export", "label": "Engine"}
            {"text": "bell \u0007 in the text", "label": "Engine"}
            {"text": "soft\u00ADhyphen in the text", "label": "Engine"}
            {"text": "the p\u0430ypal account is locked", "label": "Engine"}
            {"text": "write to john.doe@example.com about it", "label": "Engine"}
            {"text": "cafe\u0301 and cafés", "label": "Engine"}
            {oops
            {"instruction": "summarise", "output": "done"}

            """);
        CheckResult result = DatasetCheck.Run(new CheckOptions { DataFiles = [data], MaxLength = 52 }, null, CancellationToken.None);

        (string, long, long?)[] expected =
        [
            ("unreadable", 1, 18), ("empty-text", 1, 5), ("empty-label", 2, 6), ("contradiction", 3, 1), ("mixed-kinds", 1, 19), ("duplicate", 1, 2), ("near-duplicate", 1, 3), ("near-contradiction", 1, 3),
            ("label-variant", 1, 8), ("rare-label", 2, 1), ("column-drift", 7, 1), ("mojibake", 1, 11), ("replacement-character", 1, 12), ("control-character", 1, 13), ("invisible-character", 1, 14),
            ("mixed-scripts", 1, 15), ("pii-email", 1, 16), ("composition", 1, 17), ("byte-order-mark", 1, null), ("other-language", 1, 10), ("too-long", 0, 0), ("imbalance", 0, 0),
        ];
        foreach ((string code, long count, long? row) in expected.Where(finding => finding.Item2 > 0))
        {
            Finding? finding = result.Findings.FirstOrDefault(finding => finding.Kind.Code == code);
            finding.ShouldNotBeNull(code);
            if (code != "column-drift")
            {
                finding.Count.ShouldBe(count, code);
                finding.First[0].Row.ShouldBe(row, code);
            }
        }

        result.Rows.ShouldBe(19);
        result.Failed.ShouldBeTrue();
        result.Findings[0].Kind.Severity.ShouldBe(Severity.Error);
        result.Findings.Single(finding => finding.Kind.Code == "mojibake").First[0].Detail.ShouldContain("'Ã©' was 'é'");
        result.Findings.Single(finding => finding.Kind.Code == "pii-email").First[0].Detail.ShouldNotContain("doe");
    }

    [Fact]
    public void Faultless_rows_give_no_finding()
    {
        string data = _folder.WriteRows("fine.jsonl", Enumerable.Range(0, 60).Select(i => ($"{Words[i % 7]} number {i} needs {Words[(i * 3 % 5) + 7]} on the {Words[(i % 3) + 12]} side", i % 2 == 0 ? "a" : "b")));
        DatasetCheck.Run(new CheckOptions { DataFiles = [data], Near = null }, null, CancellationToken.None).Findings.ShouldBeEmpty();
    }

    [Fact]
    public void Labels_are_held_against_the_task()
    {
        TaskDefinition task = TaskDefinition.Load(_folder.Write("task.json", """{"name":"t","kind":"classify","instruction":"i","labels":[{"name":"Engine"},{"name":"Hydraulic System"},{"name":"Cab"}]}"""));
        string data = _folder.WriteRows("rows.jsonl", [("one", "Engine"), ("two", "Hydraulic Sistem"), ("three", "Hydraulic System")]);
        CheckResult result = DatasetCheck.Run(new CheckOptions { DataFiles = [data], Task = task }, null, CancellationToken.None);

        result.Findings.Single(finding => finding.Kind.Code == "unknown-label").First.Single().ShouldSatisfyAllConditions(
            first => first.Row.ShouldBe(2), first => first.Detail.ShouldBe("'Hydraulic Sistem'; did you mean 'Hydraulic System'?"));
        result.Findings.Single(finding => finding.Kind.Code == "unused-label").First.Single().Detail.ShouldBe("'Cab'");
    }

    [Fact]
    public void Rows_over_several_files_are_one_set()
    {
        string one = _folder.WriteRows("one.jsonl", [("the same text", "a")]);
        string two = _folder.WriteRows("two.jsonl", [("another text", "a"), ("The same text", "a")]);
        Finding finding = DatasetCheck.Run(new CheckOptions { DataFiles = [one, two] }, null, CancellationToken.None).Findings.Single(finding => finding.Kind.Code == "duplicate");

        finding.First.Single().ShouldBe(new FindingExample(two, 2, "as row 1 of one.jsonl: “the same text”"));
    }

    [SkippableFact]
    public void Real_work_orders_hold_what_reading_them_by_hand_shows()
    {
        string data = SharedData.Locate("data/work-orders/system.train.jsonl");
        CheckResult result = DatasetCheck.Run(new CheckOptions { DataFiles = [data], Near = null }, null, CancellationToken.None);

        var rows = File.ReadLines(data).Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement)
            .GroupBy(row => SlmEdge.Tasks.Data.TrainTestOverlap.Fold(row.GetProperty("text").GetString()!), row => row.GetProperty("label").GetString()!).ToList();
        Count("contradiction").ShouldBe(rows.Where(text => text.Distinct().Count() > 1).Sum(text => text.Count()));
        Count("duplicate").ShouldBe(rows.Sum(text => text.Count() - text.Distinct().Count()));
        result.Labels.Count.ShouldBe(14);

        long Count(string code) => result.Findings.FirstOrDefault(finding => finding.Kind.Code == code)?.Count ?? 0;
    }

    [Theory]
    [InlineData("cafÃ©", true)]
    [InlineData("itâ€™s", true)]
    [InlineData("Ä°stanbul'da arÄ±za", true)]
    [InlineData("Ã‡Ä±kÄ±ÅŸ", true)]
    [InlineData("çıkış valfi değişti, İstanbul", false)]
    [InlineData("GÖTÜRÜLDÜ “ÄÖÜ” – ÂÊÎ", false)]
    [InlineData("15 °C ± 2 µm, ½ €", false)]
    public void Mojibake_is_told_from_letters(string text, bool expected) => (TextOddities.Mojibake(text) is not null).ShouldBe(expected);

    [SkippableFact]
    public void Real_Turkish_is_no_mojibake_and_its_zero_width_spaces_are_found()
    {
        IReadOnlyList<string> texts = Xsid.Texts("tr");
        texts.Where(text => TextOddities.Mojibake(text) is not null || TextOddities.MixedScripts(text) is not null).ShouldBeEmpty();
        texts.Where(text => TextOddities.InvisibleCharacter(text) is not null).ShouldBe(texts.Where(text => text.Contains('\u200B')));
        texts.ShouldContain(text => text.Contains('\u200B'));
    }

    private static readonly string[] Words = "pump valve hose engine filter belt bucket repair cleaning inspection adjustment parts left right rear".Split(' ');
}
