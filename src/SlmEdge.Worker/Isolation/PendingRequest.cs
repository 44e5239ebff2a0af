using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using SlmEdge.Runtime.Generation;

namespace SlmEdge.Worker.Isolation;

/// <summary>A request that has no answer yet: all that is needed to send it again. Changed under its owner's lock only.</summary>
internal sealed class PendingRequest(int id, FrameKind kind, byte[] payload)
{
    // What the engine's ends weigh that may be this request's doing; see ChildEngine.
    public const int Poison = 4;

    private readonly TaskCompletionSource<byte[]> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<GenerationUpdate>? updates =
        kind == FrameKind.Generate ? Channel.CreateUnbounded<GenerationUpdate>(new UnboundedChannelOptions { SingleReader = true }) : null;

    // Text that the caller has, and how much of it the present life of the engine has written.
    private readonly StringBuilder given = new();
    private int written;

    public int Id => id;

    public FrameKind Kind => kind;

    public byte[] Payload => payload;

    /// <summary>Whether the present life of the engine has it.</summary>
    public bool Sent { get; set; }

    /// <summary>Weight of the lives that ended while they had it.</summary>
    public int Suspicion { get; set; }

    /// <summary>The answer's payload; for generations it only ends.</summary>
    public Task<byte[]> Answer => answer.Task;

    public ChannelReader<GenerationUpdate> Updates => updates!.Reader;

    public void Succeed(byte[] result)
    {
        answer.TrySetResult(result);
        updates?.Writer.TryComplete();
    }

    public void Fail(Exception error)
    {
        answer.TrySetException(error);
        _ = answer.Task.Exception;
        updates?.Writer.TryComplete(error);
    }

    public void BeginAgain()
    {
        Sent = false;
        written = 0;
    }

    /// <summary>Passes on the new part of an update; what the caller has from an earlier life is only compared.</summary>
    /// <returns>False where this life writes another answer than the one before.</returns>
    public bool Pass(byte[] update)
    {
        var (text, result) = JsonSerializer.Deserialize(update, EngineJson.Default.GenerationUpdate);
        var known = Math.Min(text.Length, given.Length - written);
        for (var at = 0; at < known; at++)
        {
            if (given[written + at] != text[at])
            {
                return false;
            }
        }

        if (result is not null && written + known < given.Length)
        {
            return false;
        }

        written += text.Length;
        given.Append(text, known, text.Length - known);
        if (text.Length > known || result is not null)
        {
            updates!.Writer.TryWrite(new GenerationUpdate(text[known..], result));
        }

        return true;
    }
}
