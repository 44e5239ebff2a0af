using SlmEdge.Formats.JsonLines;
using SlmEdge.Tasks.Data;
using SlmEdge.Teachers.Keeping;

namespace SlmEdge.Teachers.Tests.Keeping;

public sealed class AnswerJournalTests
{
    private static readonly TeacherReply Reply = new([new TeacherAnswer("çok\n\"iyi\"", AnswerEnd.Length, "because"), new TeacherAnswer("", AnswerEnd.Complete)], 12, 34);

    [Fact]
    public void What_was_appended_is_there_again_after_a_torn_line()
    {
        using var folder = new TemporaryDirectory();
        var path = folder.At("deep/answers.jsonl");
        using (var journal = AnswerJournal.Open(path))
        {
            journal.Append("k1", Reply);
            journal.Append("k2", Reply with { PromptTokens = 1 });
        }

        File.AppendAllText(path, "{\"key\":\"k3\",\"reply\":{\"ans");
        using (var journal = AnswerJournal.Open(path))
        {
            journal.Count.ShouldBe(2);
            var found = journal.Find("k1")!;
            found.Answers.ShouldBe(Reply.Answers);
            (found.PromptTokens, found.AnswerTokens).ShouldBe((12, 34));
            journal.Find("k3").ShouldBeNull();
            journal.Append("k4", Reply);
        }

        File.ReadAllLines(path).Length.ShouldBe(3);
        using var last = AnswerJournal.Open(path);
        last.Find("k4").ShouldNotBeNull();
    }

    [Fact]
    public void A_foreign_file_is_refused_by_row_and_left_as_it_is()
    {
        using var folder = new TemporaryDirectory();
        var path = folder.At("rows.jsonl");
        File.WriteAllText(path, "{\"text\":\"a\",\"label\":\"b\"}");

        Should.Throw<DataFormatException>(() => AnswerJournal.Open(path)).Message.ShouldContain("row 1");

        File.ReadAllText(path).ShouldBe("{\"text\":\"a\",\"label\":\"b\"}");
    }

    [Fact]
    public void Two_runs_do_not_write_one_journal()
    {
        using var folder = new TemporaryDirectory();
        using var first = AnswerJournal.Open(folder.At("a.jsonl"));

        Should.Throw<IOException>(() => AnswerJournal.Open(folder.At("a.jsonl"))).Message.ShouldContain("another run");
    }

    [Fact]
    public async Task A_question_is_asked_once_however_often_it_comes()
    {
        using var folder = new TemporaryDirectory();
        var teacher = new CountingTeacher();
        using var journal = AnswerJournal.Open(folder.At("a.jsonl"));
        using var keeping = new KeepingTeacher(teacher, journal);
        var question = new TeacherRequest([new ChatMessage("user", "a")], new SamplingSettings());

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => keeping.AskAsync(question)));
        await keeping.AskAsync(question);
        await keeping.AskAsync(question with { Sampling = new SamplingSettings { Temperature = 0.1 } });

        teacher.Asked.ShouldBe(2);
        keeping.Usage.ShouldBe(new TeacherUsage(2, 2, 2, 4));
        keeping.Usage.Cost(3e6, 1e6).ShouldBe(10);
    }

    // Counts; every real teacher would do.
    private sealed class CountingTeacher : ITeacher
    {
        private int _asked;

        public int Asked => _asked;

        public string Identity => "counting";

        public int Concurrency => 8;

        public async Task<TeacherReply> AskAsync(TeacherRequest request, CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            Interlocked.Increment(ref _asked);
            return new TeacherReply([new TeacherAnswer("x", AnswerEnd.Complete)], 1, 2);
        }

        public void Dispose()
        {
        }
    }
}
