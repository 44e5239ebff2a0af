using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Threading.Channels;

namespace SlmEdge.Worker.Isolation;

/// <summary>
/// Frames over a socket, in both directions: 4 bytes length of the payload, 4 bytes number of the request (both little endian), 1 byte kind, the payload. Many requests
/// share one channel; what is sent while a write runs goes out with the next one.
/// </summary>
internal sealed class FrameChannel : IDisposable
{
    /// <summary>Version of frames and messages; both sides are the same program, so that another one is an installation in the middle of an update.</summary>
    public const int ProtocolVersion = 3;

    /// <summary>Largest payload. The service's own limit of a request is far below.</summary>
    public const int MaxPayloadBytes = 256 * 1024 * 1024;

    private const int HeaderBytes = 9;

    private readonly NetworkStream stream;
    private readonly Channel<(FrameKind Kind, int Id, byte[] Payload)> outgoing = Channel.CreateUnbounded<(FrameKind, int, byte[])>(new() { SingleReader = true });

    public FrameChannel(Socket socket)
    {
        stream = new NetworkStream(socket, ownsSocket: true);
        _ = WriteAsync();
    }

    /// <summary>Queues a frame. After the other side has gone it is dropped: whoever reads notices the end.</summary>
    public void Send(FrameKind kind, int id, byte[] payload)
    {
        if (payload.Length > MaxPayloadBytes)
        {
            throw new InvalidDataException($"A frame of {payload.Length} bytes is larger than {MaxPayloadBytes}.");
        }

        outgoing.Writer.TryWrite((kind, id, payload));
    }

    /// <summary>Gives every frame to <paramref name="receive"/>, one after another, until the other side ends.</summary>
    /// <exception cref="InvalidDataException">A frame is too large.</exception>
    public async Task ReadAsync(Action<FrameKind, int, byte[]> receive)
    {
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 64 * 1024));
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync().ConfigureAwait(false);
                var buffer = read.Buffer;
                while (TryTake(ref buffer, out var kind, out var id, out var payload))
                {
                    receive(kind, id, payload);
                }

                reader.AdvanceTo(buffer.Start, buffer.End);
                if (read.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or SocketException)
        {
            // The other side was killed in the middle of a frame; that is an end as well.
        }
        finally
        {
            await reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        outgoing.Writer.TryComplete();
        stream.Dispose();
    }

    private static bool TryTake(ref ReadOnlySequence<byte> buffer, out FrameKind kind, out int id, out byte[] payload)
    {
        (kind, id, payload) = (default, 0, []);
        if (buffer.Length < HeaderBytes)
        {
            return false;
        }

        Span<byte> header = stackalloc byte[HeaderBytes];
        buffer.Slice(0, HeaderBytes).CopyTo(header);
        var length = BinaryPrimitives.ReadInt32LittleEndian(header);
        if (length is < 0 or > MaxPayloadBytes)
        {
            throw new InvalidDataException($"A frame says that it has {length} bytes; the limit is {MaxPayloadBytes}.");
        }

        if (buffer.Length < HeaderBytes + (long)length)
        {
            return false;
        }

        id = BinaryPrimitives.ReadInt32LittleEndian(header[4..]);
        kind = (FrameKind)header[8];
        payload = buffer.Slice(HeaderBytes, length).ToArray();
        buffer = buffer.Slice(HeaderBytes + (long)length);
        return true;
    }

    private async Task WriteAsync()
    {
        var writer = PipeWriter.Create(stream);
        try
        {
            while (await outgoing.Reader.WaitToReadAsync().ConfigureAwait(false))
            {
                while (outgoing.Reader.TryRead(out var frame))
                {
                    var header = writer.GetSpan(HeaderBytes);
                    BinaryPrimitives.WriteInt32LittleEndian(header, frame.Payload.Length);
                    BinaryPrimitives.WriteInt32LittleEndian(header[4..], frame.Id);
                    header[8] = (byte)frame.Kind;
                    writer.Advance(HeaderBytes);
                    writer.Write(frame.Payload);
                }

                await writer.FlushAsync().ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or SocketException)
        {
            outgoing.Writer.TryComplete();
        }
    }
}
