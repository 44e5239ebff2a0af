using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace SlmEdge.Teachers.Endpoint;

/// <summary>
/// A model behind an OpenAI-compatible endpoint. Failures that may pass (too many requests, errors of the server, cut or silent
/// connections, answers that are not JSON) are tried again with growing pauses; others end at once.
/// </summary>
public sealed class EndpointTeacher : ITeacher
{
    private const int MaxBodyBytes = 16 << 20;

    private readonly EndpointOptions _options;
    private readonly HttpClient _http;
    private readonly Uri _target;
    private readonly SemaphoreSlim _places;
    private readonly TimeProvider _time;
    private readonly SharedPause _pause;

    /// <summary>Prepares the connection; nothing is sent yet.</summary>
    /// <param name="options">Where and how.</param>
    /// <param name="time">The clock of the pauses.</param>
    /// <exception cref="TeacherException">The address is not one of http or https, or a setting is out of range.</exception>
    public EndpointTeacher(EndpointOptions options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!options.Address.IsAbsoluteUri || options.Address.Scheme is not ("http" or "https"))
        {
            throw new TeacherException($"'{options.Address}' is no address of an endpoint; give one such as http://127.0.0.1:8080/v1.");
        }

        if (options.Concurrency < 1 || options.Attempts < 1)
        {
            throw new TeacherException("--concurrency and the number of attempts must be at least 1.");
        }

        _options = options;
        _time = time ?? TimeProvider.System;
        _pause = new SharedPause(_time);
        _places = new SemaphoreSlim(options.Concurrency);
        var root = options.Address.GetLeftPart(UriPartial.Path).TrimEnd('/');
        root = options.Address.AbsolutePath is "/" or "" ? root + "/v1" : root;
        _target = new Uri(root + (options.Api == EndpointApi.Chat ? "/chat/completions" : "/completions"));
        Identity = $"{_target} {options.Model}";

        // A redirect would carry the key to another host.
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(15) }) { Timeout = Timeout.InfiniteTimeSpan };
        if (Environment.GetEnvironmentVariable(options.ApiKeyVariable) is { Length: > 0 } key)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
    }

    /// <inheritdoc/>
    public string Identity { get; }

    /// <inheritdoc/>
    public int Concurrency => _options.Concurrency;

    /// <inheritdoc/>
    public async Task<TeacherReply> AskAsync(TeacherRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        await _places.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var answers = new List<TeacherAnswer>();
            long prompt = 0, answered = 0;

            // Some servers give one answer whatever 'n' says.
            while (answers.Count < request.Samples)
            {
                var missing = request.Samples - answers.Count;
                var reply = await AskPatientlyAsync(request, missing, unchecked(request.Sampling.Seed + (uint)answers.Count), cancellationToken).ConfigureAwait(false);
                answers.AddRange(reply.Answers.Take(missing));
                prompt += reply.PromptTokens;
                answered += reply.AnswerTokens;
            }

            return new TeacherReply(answers, prompt, answered);
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose()
    {
        _http.Dispose();
        _places.Dispose();
    }

    private async Task<TeacherReply> AskPatientlyAsync(TeacherRequest request, int samples, uint seed, CancellationToken cancellationToken)
    {
        var body = EndpointRequestBody.Write(_options, request, samples, seed);
        for (var attempt = 1; ; attempt++)
        {
            await _pause.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return await AskOnceAsync(body, cancellationToken).ConfigureAwait(false);
            }
            catch (EndpointFailure failure)
            {
                if (attempt == _options.Attempts)
                {
                    throw new TeacherException($"The teacher at {_target} failed {attempt} times, at last with {failure.Message}.", inner: failure);
                }

                if (failure.Pause > _options.LongestPause)
                {
                    throw new TeacherException(string.Create(CultureInfo.InvariantCulture, $"The teacher at {_target} asks to wait {failure.Pause.Value.TotalSeconds:F0} s ({failure.Message})."), inner: failure);
                }

                await RestAsync(failure, attempt, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task RestAsync(EndpointFailure failure, int attempt, CancellationToken cancellationToken)
    {
        if (failure.Pause is { } asked)
        {
            _pause.Extend(asked);
            return;
        }

        // Up to a quarter more or less at random, so that questions that failed together do not come back together.
        var growing = _options.FirstPause * Math.Pow(2, attempt - 1) * (0.75 + (0.5 * Random.Shared.NextDouble()));
        await Task.Delay(growing < _options.LongestPause ? growing : _options.LongestPause, _time, cancellationToken).ConfigureAwait(false);
    }

    private async Task<TeacherReply> AskOnceAsync(byte[] body, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(_options.AnswerTimeout);
        try
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, _target) { Content = new ByteArrayContent(body) };
            message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, patience.Token).ConfigureAwait(false);
            var received = await ReceiveAsync(response, patience).ConfigureAwait(false);
            Refuse(response, received.Span);
            var type = response.Content.Headers.ContentType?.MediaType;
            return type is not null && (type.EndsWith("/json", StringComparison.OrdinalIgnoreCase) || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase))
                ? EndpointReply.Read(received, _options.Api)
                : throw new EndpointFailure($"an answer of type '{type ?? "none"}' where JSON was expected ({EndpointReply.Error(received.Span)})");
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new EndpointFailure(
                string.Create(CultureInfo.InvariantCulture, $"silence (no answer within {_options.AnswerTimeout.TotalSeconds:0.#} s, or nothing more for {_options.StallTimeout.TotalSeconds:0.#} s within one)"), inner: e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new EndpointFailure($"a failed connection ({e.Message.TrimEnd('.')})", inner: e);
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReceiveAsync(HttpResponseMessage response, CancellationTokenSource patience)
    {
        using var buffer = new MemoryStream();
        var chunk = new byte[16 << 10];
        await using var stream = await response.Content.ReadAsStreamAsync(patience.Token).ConfigureAwait(false);
        while (true)
        {
            patience.CancelAfter(_options.StallTimeout);
            var read = await stream.ReadAsync(chunk, patience.Token).ConfigureAwait(false);
            if (read == 0)
            {
                return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
            }

            buffer.Write(chunk, 0, read);
            if (buffer.Length > MaxBodyBytes)
            {
                throw new TeacherException($"The teacher at {_target} sent an answer of more than {MaxBodyBytes >> 20} MiB.", thisRequestOnly: true);
            }
        }
    }

    private void Refuse(HttpResponseMessage response, ReadOnlySpan<byte> body)
    {
        var status = response.StatusCode;
        if (status == HttpStatusCode.OK)
        {
            return;
        }

        var said = $"status {(int)status}: {EndpointReply.Error(body)}";
        if (status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout || (int)status >= 500)
        {
            throw new EndpointFailure(said, PauseOf(response));
        }

        throw status switch
        {
            HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnprocessableEntity =>
                new TeacherException($"The teacher at {_target} refused the question with {said}", thisRequestOnly: true),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden =>
                new TeacherException($"The teacher at {_target} wants another API key ({said}); it is taken from the environment variable {_options.ApiKeyVariable}."),
            HttpStatusCode.NotFound =>
                new TeacherException($"There is no model '{_options.Model}' or no such interface at {_target} ({said}); check --teacher, --teacher-model and --api."),
            _ => new TeacherException($"The teacher at {_target} answered with {said}"),
        };
    }

    private TimeSpan? PauseOf(HttpResponseMessage response)
    {
        var asked = response.Headers.RetryAfter?.Delta ?? response.Headers.RetryAfter?.Date - _time.GetUtcNow();
        return asked > TimeSpan.Zero ? asked : null;
    }
}
