using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using SlmEdge.Bundles.Drift;

namespace SlmEdge.Bundles.Tests.Drift;

public sealed class DriftReferenceTests
{
    private static readonly DriftReference Reference = Texts.Reference();
    private static readonly byte[] Utf8 = Reference.ToUtf8();

    [Fact]
    public void A_reference_is_read_as_it_was_written_and_is_small()
    {
        DriftReference read = DriftReference.Parse(Utf8);
        read.ToUtf8().ShouldBe(Utf8);
        read.Rows.ShouldBe(200);
        read.LabelCount.ShouldBe(3);
        read.KnownTokens.ShouldBe(Reference.KnownTokens);
        read.UnknownTokens.ShouldBe([7, 300]);
        read.FalseAlarms.ShouldBe(Reference.FalseAlarms);
        Utf8.Length.ShouldBeLessThan(32 * 1024);
    }

    [Fact]
    public void A_reference_without_labels_says_nothing_of_labels_and_confidence()
    {
        DriftReference read = DriftReference.Parse(Texts.AnswerReference().ToUtf8());
        read.ToUtf8().ShouldBe(Texts.AnswerReference().ToUtf8());
        read.LabelCount.ShouldBe(0);
        read.Accuracy.ShouldBeNull();
        read.Statistics.ShouldBe(
            [DriftStatistic.Tokens, DriftStatistic.Length, DriftStatistic.UnknownTokens, DriftStatistic.NewTokens, DriftStatistic.AnswerLength, DriftStatistic.UnfinishedAnswers]);
        new DriftMonitor(read).Read().Accuracy.ShouldBeNull();
        Reference.Statistics.ShouldNotContain(DriftStatistic.AnswerLength);
        Should.Throw<ArgumentOutOfRangeException>(() => new DriftMonitor(read).Add(0, 0.5, [1]));
        Should.Throw<InvalidOperationException>(() => new DriftMonitor(Reference).Add(new DriftAnswer([1])));
    }

    [Property(MaxTest = 2000)]
    public bool Damaged_bytes_are_refused_or_read_as_something_consistent(int place, byte value, int cut)
    {
        byte[] damaged = [.. Utf8];
        damaged[(int)((uint)place % damaged.Length)] = value;
        damaged = cut % 3 == 0 ? damaged[..(int)((uint)cut % damaged.Length)] : damaged;
        try
        {
            DriftReference read = DriftReference.Parse(damaged);
            new DriftMonitor(read).Add(read.LabelCount - 1, 0.5, [1, 2, 3]);
            return read.Rows > 0 && read.Thresholds.All(double.IsFinite);
        }
        catch (BundleException error)
        {
            return error.Element == DriftReference.FileName;
        }
    }

    [Theory]
    [InlineData("\"rows\":200", "\"rows\":201")]
    [InlineData("\"rows\":200", "\"rows\":-1")]
    [InlineData("\"window\":500", "\"window\":1000000000")]
    [InlineData("\"rate\":0.05", "\"rate\":7")]
    [InlineData("\"labels\":[", "\"labels\":[-3,3,")]
    [InlineData("\"covariance\":\"", "\"covariance\":\"AAAA")]
    [InlineData("\"ridge\":0.", "\"ridge\":-0.")]
    [InlineData("\"answerLength\":[0", "\"answerLength\":[201")]
    [InlineData("\"scores\":[", "\"scores\":[-1,")]
    [InlineData("\"knownTokens\":\"", "\"knownTokens\":\"////")]
    [InlineData("\"formatVersion\":2", "\"formatVersion\":3")]
    [InlineData("\"usual\":{", "\"usual\":{\"extra\":[[[[[[[[]]]]]]]],")]
    public void What_does_not_fit_together_is_refused_with_the_file_named(string before, string after)
    {
        string text = Encoding.UTF8.GetString(Utf8);
        text.ShouldContain(before);
        Should.Throw<BundleException>(() => DriftReference.Parse(Encoding.UTF8.GetBytes(text.Replace(before, after, StringComparison.Ordinal)), "x.slmb"))
            .Message.ShouldStartWith("x.slmb: drift.json: ");
    }

    [Fact]
    public void A_bundle_with_a_reference_of_another_task_is_refused_and_one_without_opens()
    {
        string folder = Directory.CreateTempSubdirectory("slm-bundles-").FullName;
        try
        {
            string file = Path.Combine(folder, "drift.json");
            File.WriteAllBytes(file, Utf8);
            using (Bundle with = Write("three.slmb", ["a", "b", "c"], file))
            {
                with.ReadDriftReference()!.Rows.ShouldBe(200);
            }

            using (Bundle without = Write("none.slmb", ["a", "b", "c"], null))
            {
                without.ReadDriftReference().ShouldBeNull();
            }

            string before = Path.Combine(folder, "before.json");
            File.WriteAllText(before, """{"formatVersion":1,"rows":200}""");
            using (Bundle earlier = Write("earlier.slmb", ["a", "b", "c"], before))
            {
                earlier.ReadDriftReference().ShouldBeNull("its statistics are others");
            }

            using Bundle other = Write("two.slmb", ["a", "b"], file);
            Should.Throw<BundleException>(other.ReadDriftReference).Message.ShouldContain("drift.json: counts 3 labels, and the task has 2");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        Bundle Write(string name, string[] labels, string? drift)
        {
            var writer = new BundleWriter(new BundleManifest
            {
                Name = "x",
                Version = "1",
                CreatedUtc = DateTimeOffset.UnixEpoch,
                Task = Tasks.TaskDefinition.FromLabels("x", "Choose.", labels) with { Prompt = new Tasks.PromptOptions { Verbalizer = Tasks.Verbalizer.Name } },
                Base = new BundleBase("none", new string('a', 64)),
                TokenizerSha256 = new string('b', 64),
            });
            if (drift is not null)
            {
                writer.AddFile(DriftReference.FileName, drift, BundleFileRole.Reference);
            }

            string path = Path.Combine(folder, name);
            writer.Write(path);
            return Bundle.Open(path, new BundleOptions { CacheDirectory = Path.Combine(folder, "cache") });
        }
    }
}
