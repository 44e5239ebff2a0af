using System.CommandLine;
using System.Text;
using SlmEdge.Runtime;
using SlmEdge.Runtime.Chat;
using SlmEdge.Runtime.Generation;
using SlmEdge.Tools.Edge.CommandLine;

namespace SlmEdge.Tools.Edge.Write;

/// <summary><c>slm-edge chat</c>: a conversation, a line of the standard input a turn; the answers are written as they come.</summary>
internal static class ChatCommand
{
    public static Command Create()
    {
        var command = new Command("chat", "Holds a conversation: every line of the standard input is a turn, and the answer is written as it comes. The end of the input ends it.");
        var runtime = new RuntimeArguments(command, decides: false);
        var adapter = new AdapterArgument(command);
        var sampling = new SamplingArguments(command, new GenerationOptions().MaxTokens, stops: true);
        var system = new Option<string?>("--system") { Description = "The system turn, instead of the task's instruction; empty for none.", HelpName = "text" };
        var overflow = new Option<string>("--overflow")
        {
            Description = "When the context is full: drop-oldest forgets the oldest turns, refuse ends with an error.",
            DefaultValueFactory = _ => "drop-oldest",
        };
        overflow.AcceptOnlyFromAmong("drop-oldest", "refuse");
        command.Options.Add(system);
        command.Options.Add(overflow);
        command.SetAction(async (parsed, ct) =>
        {
            await Task.Yield();
            var options = new ChatSessionOptions
            {
                System = parsed.GetValue(system),
                Generation = sampling.Read(parsed),
                Overflow = parsed.GetValue(overflow) == "refuse" ? ContextOverflow.Refuse : ContextOverflow.DropOldest,
            };
            using var opened = adapter.Open(runtime, parsed);
            using var lease = AdapterArgument.NameOf(opened) is { } adapted ? opened.Adapters.Begin(adapted) : null;
            var session = (lease?.Chat ?? opened.Chat).StartSession(options);
            using var input = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false, throwOnInvalidBytes: true));
            using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { NewLine = "\n" };
            var person = !Console.IsInputRedirected;
            try
            {
                while (true)
                {
                    if (person)
                    {
                        await Console.Error.WriteAsync("> ").ConfigureAwait(false);
                    }

                    // A read of a terminal or a pipe cannot be interrupted: on cancellation it is left behind.
                    if (await Task.Run(input.ReadLine, CancellationToken.None).WaitAsync(ct).ConfigureAwait(false) is not { } turn)
                    {
                        return ExitCodes.Done;
                    }

                    if (!string.IsNullOrWhiteSpace(turn))
                    {
                        await AnswerAsync(session, turn, output, ct).ConfigureAwait(false);
                    }
                }
            }
            catch (DecoderFallbackException error)
            {
                throw new RuntimeException("The input is not UTF-8.", error);
            }
            catch (OperationCanceledException error) when (ct.IsCancellationRequested)
            {
                throw new StoppedException("The conversation is not kept.", error);
            }
        });
        return command;
    }

    private static async Task AnswerAsync(ChatSession session, string turn, StreamWriter output, CancellationToken ct)
    {
        await foreach (var update in session.StreamAsync(turn, ct: ct).ConfigureAwait(false))
        {
            await output.WriteAsync(update.Text).ConfigureAwait(false);
            if (update.Result is not null)
            {
                await output.WriteLineAsync().ConfigureAwait(false);
            }

            await output.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }
}
