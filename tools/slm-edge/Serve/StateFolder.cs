namespace SlmEdge.Tools.Edge.Serve;

/// <summary>Where a service keeps what outlives it, if nobody says.</summary>
internal static class StateFolder
{
    /// <param name="asked">What was asked for: a folder, <c>none</c>, or null for the default.</param>
    /// <returns>
    /// The folder; null where nothing is to be kept, or the system names no place: not <c>STATE_DIRECTORY</c> (systemd.exec, the first if several), not
    /// <c>XDG_STATE_HOME</c> and no home (XDG Base Directory Specification).
    /// </returns>
    public static string? Find(string? asked)
    {
        if (asked is not null)
        {
            return asked == "none" ? null : asked;
        }

        if (Variable("STATE_DIRECTORY") is { } states)
        {
            return states.Split(':')[0];
        }

        var state = Variable("XDG_STATE_HOME") is { } home && Path.IsPathRooted(home) ? home
            : Variable("HOME") is { } user ? Path.Combine(user, ".local", "state")
            : null;
        return state is null ? null : Path.Combine(state, "slm-edge");
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
