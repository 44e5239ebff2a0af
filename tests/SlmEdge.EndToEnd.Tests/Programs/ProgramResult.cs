namespace SlmEdge.EndToEnd.Tests.Programs;

/// <summary>What a finished program left behind.</summary>
internal sealed record ProgramResult(string Command, int ExitCode, string Output, string Error)
{
    /// <summary>For the message of a failed assertion.</summary>
    public override string ToString() => $"$ {Command}\nexit code {ExitCode}\n--- output\n{Output}\n--- error\n{Error}";

    internal ProgramResult ShouldSucceed()
    {
        ExitCode.ShouldBe(0, ToString());
        return this;
    }

    /// <summary>Exit code, a message on standard error that says all of <paramref name="parts"/>, and never a stack trace.</summary>
    internal ProgramResult ShouldFail(int exitCode, params string[] parts)
    {
        ExitCode.ShouldBe(exitCode, ToString());
        foreach (var part in parts)
        {
            Error.ShouldContain(part, Case.Insensitive, ToString());
        }

        (Output + Error).ShouldNotContain("   at ", Case.Sensitive, ToString());
        (Output + Error).ShouldNotContain("Exception", Case.Sensitive, ToString());
        return this;
    }
}
