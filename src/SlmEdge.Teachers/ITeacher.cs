namespace SlmEdge.Teachers;

/// <summary>
/// A larger model that is asked for answers. Members may be called from several threads at once; up to <see cref="Concurrency"/>
/// questions under way make sense.
/// </summary>
public interface ITeacher : IDisposable
{
    /// <summary>Who answers: the endpoint and its model, or the hash of a model file. Another identity may answer otherwise.</summary>
    string Identity { get; }

    /// <summary>How many questions it works on at the same time.</summary>
    int Concurrency { get; }

    /// <summary>Asks one question.</summary>
    /// <param name="request">The question.</param>
    /// <param name="cancellationToken">Gives up the question.</param>
    /// <returns>As many answers as were asked for.</returns>
    /// <exception cref="TeacherException">There is no answer; <see cref="TeacherException.ThisRequestOnly"/> says whether others may have one.</exception>
    Task<TeacherReply> AskAsync(TeacherRequest request, CancellationToken cancellationToken = default);
}
