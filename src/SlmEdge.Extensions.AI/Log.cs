using Microsoft.Extensions.Logging;
using SlmEdge.Runtime.Generation;

namespace SlmEdge.Extensions.AI;

/// <summary>What is logged. Texts of users and of the model appear at <see cref="LogLevel.Trace"/> only.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Opened bundle {Bundle} {Version}: {File} on {Engine}, context {Context} tokens")]
    public static partial void Opened(ILogger logger, string bundle, string version, string file, string engine, int context);

    [LoggerMessage(2, LogLevel.Debug, "{Bundle} answered: {PromptTokens} tokens of prompt, {AnswerTokens} of answer, ended by {Reason}")]
    public static partial void Answered(ILogger logger, string bundle, int promptTokens, int answerTokens, FinishReason reason);

    [LoggerMessage(3, LogLevel.Warning, "{Bundle} did not answer a request of {Messages} messages")]
    public static partial void Failed(ILogger logger, string bundle, int messages, Exception error);

    [LoggerMessage(4, LogLevel.Trace, "{Role}: {Text}")]
    public static partial void Turn(ILogger logger, string role, string text);

    [LoggerMessage(5, LogLevel.Trace, "answer: {Text}")]
    public static partial void Answer(ILogger logger, string text);
}
