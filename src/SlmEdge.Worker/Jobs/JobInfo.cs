namespace SlmEdge.Worker.Jobs;

/// <summary>A job and how far it is.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">What its sender calls it; the file's name for one from the folder.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Created">When its rows began to come.</param>
/// <param name="Finished">When its last row was decided, or it was given up.</param>
/// <param name="Total">Rows.</param>
/// <param name="Done">Rows with a result.</param>
/// <param name="Failed">Rows that were set aside with an error.</param>
/// <param name="Top">Scores a result holds; 0 for all.</param>
/// <param name="Adapter">The adapter that decides; null for the model itself.</param>
/// <param name="Task">The task that its rows are meant for; null for whichever is served.</param>
internal sealed record JobInfo(
    string Id, string Name, JobState State, DateTimeOffset Created, DateTimeOffset? Finished, long Total, long Done, long Failed, int Top, string? Adapter = null, string? Task = null)
{
    /// <summary>Rows that still wait.</summary>
    public long Waiting => Total - Done - Failed;
}
