using System.Collections.Concurrent;

namespace SlmEdge.Teachers.Keeping;

/// <summary>A teacher that is asked each question once: what the journal holds comes from there, what is new is kept in it.</summary>
/// <param name="teacher">Who is asked; stays the caller's.</param>
/// <param name="journal">Where answers are kept; stays the caller's.</param>
public sealed class KeepingTeacher(ITeacher teacher, AnswerJournal journal) : ITeacher
{
    private readonly ConcurrentDictionary<string, Lazy<Task<TeacherReply>>> _underWay = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _used = new(StringComparer.Ordinal);
    private int _asked;
    private long _promptTokens;
    private long _answerTokens;

    /// <inheritdoc/>
    public string Identity => teacher.Identity;

    /// <inheritdoc/>
    public int Concurrency => teacher.Concurrency;

    /// <summary>Questions, tokens of questions and tokens of answers that were used, whether they were asked now or by an earlier run.</summary>
    public TeacherUsage Usage => new(_used.Count, _asked, Interlocked.Read(ref _promptTokens), Interlocked.Read(ref _answerTokens));

    /// <summary>How many answers are kept.</summary>
    public int Kept => journal.Count;

    /// <inheritdoc/>
    public async Task<TeacherReply> AskAsync(TeacherRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var key = request.Key(teacher.Identity);
        if (journal.Find(key) is not { } reply)
        {
            // Two rows with one text are one question.
            var asking = _underWay.GetOrAdd(key, _ => new Lazy<Task<TeacherReply>>(() => AskNowAsync(key, request, cancellationToken)));
            try
            {
                reply = await asking.Value.ConfigureAwait(false);
            }
            finally
            {
                _underWay.TryRemove(KeyValuePair.Create(key, asking));
            }
        }

        if (_used.TryAdd(key, true))
        {
            Interlocked.Add(ref _promptTokens, reply.PromptTokens);
            Interlocked.Add(ref _answerTokens, reply.AnswerTokens);
        }

        return reply;
    }

    /// <summary>Does nothing: teacher and journal are their owner's.</summary>
    public void Dispose()
    {
    }

    private async Task<TeacherReply> AskNowAsync(string key, TeacherRequest request, CancellationToken cancellationToken)
    {
        var reply = await teacher.AskAsync(request, cancellationToken).ConfigureAwait(false);
        journal.Append(key, reply);
        Interlocked.Increment(ref _asked);
        return reply;
    }
}
