using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace SlmEdge.Worker.Http;

/// <summary>
/// An answer as server-sent events (WHATWG HTML, section 9.2). It begins with the first event, so that a request that fails before is answered with its status;
/// what fails afterwards ends the stream with an event <c>error</c>.
/// </summary>
internal sealed class EventStream
{
    private readonly HttpContext context;
    private readonly ArrayBufferWriter<byte> buffer = new(512);
    private readonly Utf8JsonWriter json;
    private bool begun;

    public EventStream(HttpContext context)
    {
        this.context = context;
        json = new Utf8JsonWriter(buffer, JsonResponse.WriterOptions);
        context.Features.Set(this);
    }

    /// <summary>Whether a client wants events: it says so in the body, or in the header <c>Accept</c>.</summary>
    public static bool IsWanted(HttpContext context, bool? asked) =>
        asked ?? context.Request.GetTypedHeaders().Accept.Any(type => type.MediaType.Equals("text/event-stream", StringComparison.OrdinalIgnoreCase));

    /// <summary>Sends an object.</summary>
    public Task SendAsync(Action<Utf8JsonWriter> write) => SendAsync(null, write);

    /// <summary>Sends characters that are no JSON and have no line breaks.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> data)
    {
        Begin();
        var body = context.Response.BodyWriter;
        body.Write("data: "u8);
        body.Write(data.Span);
        body.Write("\n\n"u8);
        await body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Says that there will be no whole answer.</summary>
    public async Task FailAsync(HttpProblem problem)
    {
        try
        {
            await SendAsync("event: error\n", writer => JsonResponse.WriteProblem(writer, problem, OpenAiErrors.AreWantedBy(context))).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // Nobody is there any more to be told.
        }
    }

    private async Task SendAsync(string? name, Action<Utf8JsonWriter> write)
    {
        Begin();
        buffer.ResetWrittenCount();
        json.Reset();
        write(json);
        json.Flush();
        var body = context.Response.BodyWriter;
        if (name is not null)
        {
            body.Write(System.Text.Encoding.ASCII.GetBytes(name));
        }

        body.Write("data: "u8);
        body.Write(buffer.WrittenSpan); // One line: the writer escapes what would be a line break.
        body.Write("\n\n"u8);
        await body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }

    private void Begin()
    {
        if (begun)
        {
            return;
        }

        begun = true;
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        // A proxy of nginx's kind would otherwise hold the events back.
        context.Response.Headers["X-Accel-Buffering"] = "no";
    }
}
