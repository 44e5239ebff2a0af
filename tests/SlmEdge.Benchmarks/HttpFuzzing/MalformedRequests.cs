using System.Globalization;
using System.Text;

namespace SlmEdge.Benchmarks.HttpFuzzing;

/// <summary>
/// Requests with something wrong in them, made from a seed: the same seed and number make the same request. Some turn out well formed; those have to be answered
/// like any other.
/// </summary>
internal sealed class MalformedRequests(int seed)
{
    private static readonly (string Path, string Body)[] Posts =
    [
        ("/v1/classify", """{"text":"A dog ran.","top":3}"""),
        ("/v1/classify", """{"texts":["A dog.","A cat."],"details":true}"""),
        ("/v1/extract", """{"text":"pump broken","maxTokens":16,"temperature":0.7}"""),
        ("/v1/generate", """{"text":"pump broken","maxTokens":4,"topK":5,"stop":["x"],"stream":true}"""),
        ("/v1/chat/completions", """{"model":"faults","messages":[{"role":"user","content":"Which hose?"}],"max_tokens":4,"logprobs":true,"top_logprobs":2,"stream":true}"""),
        ("/v1/chat/completions", """{"messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}],"max_tokens":8,"response_format":{"type":"json_schema","json_schema":{"name":"a","schema":{"type":"object"}}}}"""),
        ("/v1/completions", """{"model":"faults","prompt":"Which hose?","max_tokens":4,"logprobs":1,"temperature":1,"seed":3}"""),
        ("/v1/embeddings", """{"model":"faults","input":["a","b"],"encoding_format":"base64"}"""),
    ];

    private static readonly string[] Gets = ["/", "/healthz", "/readyz", "/docs", "/openapi.json", "/v1/bundle", "/v1/tasks", "/v1/models", "/v1/models/faults"];

    private static readonly string[] Values =
    [
        "null", "true", "0", "-1", "1e999", "-1e999", "1e-999", "99999999999999999999999999", "0.1", "[]", "{}", "[[]]", "\"\"", "\"\\ud800\"", "\"\\u0000\"", "NaN", "Infinity", "01", "'a'",
        "\"data: x\\n\\nevent: error\"", "[null]", "[{}]", "{\"a\":{\"b\":[1,2,{}]}}", "2147483648", "-0", "1.0", "\"\\\"\"", "tru", "",
    ];

    private static readonly string[] Paths =
    [
        "/../../etc/passwd", "/v1/../v1/bundle", "/%2e%2e/%2e%2e/etc/passwd", "//v1//classify", "/v1/classify%00", "/v1/classify/..%2f..%2f", "\\v1\\classify", "/v1/models/%ff%fe", "/v1/models/../models",
        "/v1/models/..", "/%", "/%zz", "*", "http://other.example/v1/bundle", "/v1/classify?text=%F0%9F%92%A9", "/v1/models/%2e%2e%2fkeys.json", "/v1/models/a/b/c", "/v1/cl\u00e4ssify", "/;/v1/bundle", "/v1/bundle#x",
        "", "?", "/\t", "/ /", "/v1/models/" + "%41%42", "/openapi.json/..",
    ];

    private static readonly string[] Methods = ["GET", "get", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "HEAD", "POSTT", "P\u00d6ST", "", "G ET", "QUERY", "PRI", "A\0B"];

    private static readonly string[] Chunks =
    [
        "zz\r\nabc\r\n0\r\n\r\n", "-5\r\nhello\r\n0\r\n\r\n", "ffffffffffffffff\r\nx", "7fffffff\r\nx", "5\r\nhi\r\n0\r\n\r\n", "2\r\n{}XX0\r\n\r\n", "2;ext=\"\r\n\"\r\n{}\r\n0\r\n\r\n", "0\r\nTrailer: x\r\n\r\n",
        "\r\n\r\n", "2\n{}\n0\n\n", "000000000000000002\r\n{}\r\n0\r\n\r\n", "2\r\n{}\r\n", "0x2\r\n{}\r\n0\r\n\r\n", " 2\r\n{}\r\n0\r\n\r\n", "2\r\n{}\r\n0\r\nContent-Length: 5\r\n\r\n",
    ];

    /// <summary>Kinds of faults, in the order in which the numbers go through them.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
    [
        "cut", "cut body", "oversized", "header flood", "long line", "wrong type", "wrong field", "deep JSON", "not UTF-8", "path", "chunking", "method", "huge number", "length", "host", "media type",
        "flipped bytes", "noise", "pipelined", "version", "gone", "slow",
    ];

    /// <summary>Makes a request.</summary>
    public MalformedRequest Make(int number)
    {
        var random = new Random(unchecked((seed * 1_000_003) + number));
        var kind = Kinds[number % Kinds.Count];
        var (path, body) = Posts[random.Next(Posts.Length)];

        // Waiting for a timeout takes its time: one request in some hundreds is enough of them.
        if (kind == "slow" && random.Next(16) != 0)
        {
            kind = "cut";
        }

        return kind switch
        {
            "cut" => One(kind, Post(path, body), bytes => bytes[..random.Next(bytes.Length)], random.Next(4) == 0 ? RequestEnd.Abort : RequestEnd.HalfClose),
            "cut body" => One(kind, Head(path, $"Content-Length: {body.Length + 1 + random.Next(1000)}") + body, end: RequestEnd.HalfClose),
            "oversized" => Oversized(random, path),
            "header flood" => One(kind, Head(path, string.Join("\r\n", Enumerable.Range(0, 50 + random.Next(400)).Select(i => $"X-{i}: {new string('a', random.Next(200))}")) + $"\r\nContent-Length: {body.Length}") + body),
            "long line" => One(kind, random.Next(2) == 0
                ? $"GET /{new string('a', random.Next(100_000))} HTTP/1.1\r\nHost: localhost\r\n\r\n"
                : Head(path, $"X-Long: {new string('b', random.Next(100_000))}\r\nContent-Length: 2") + "{}", end: RequestEnd.HalfClose),
            "wrong type" => One(kind, Post(path, Replaced(random, body))),
            "wrong field" => One(kind, Post(path, Added(random, body))),
            "deep JSON" => Deep(random, path),
            "not UTF-8" => NotUtf8(random, path, body),
            "path" => One(kind, $"{(random.Next(2) == 0 ? "GET" : "POST")} {Paths[random.Next(Paths.Length)]} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", end: RequestEnd.HalfClose),
            "chunking" => One(kind, Head(path, "Transfer-Encoding: chunked") + Chunks[random.Next(Chunks.Length)], end: RequestEnd.HalfClose),
            "method" => One(kind, $"{Methods[random.Next(Methods.Length)]} {(random.Next(2) == 0 ? path : Gets[random.Next(Gets.Length)])} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}", end: RequestEnd.HalfClose),
            "huge number" => One(kind, Post(path, Huge(random))),
            "length" => Length(random, path, body),
            "host" => One(kind, Host(random, path), end: RequestEnd.HalfClose),
            "media type" => One(kind, $"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: {MediaType(random)}\r\nContent-Length: {body.Length}\r\n\r\n{body}"),
            "flipped bytes" => One(kind, Post(path, body), bytes => Flip(random, bytes), RequestEnd.HalfClose),
            "noise" => new MalformedRequest(kind, [Noise(random)], RequestEnd.HalfClose),
            "pipelined" => One(kind, (Post(path, body) + Post(path, Replaced(random, body))).Replace("Connection: close\r\n", "", StringComparison.Ordinal) + "GET /healthz HTTP/1.1\r\n" + (char)random.Next(1, 128), end: RequestEnd.HalfClose),
            "version" => One(kind, $"GET {Gets[random.Next(Gets.Length)]} HTTP/{random.Next(12)}.{random.Next(12)}{(random.Next(3) == 0 ? "x" : "")}\r\nHost: localhost\r\nConnection: close\r\n\r\n", end: RequestEnd.HalfClose),
            "gone" => One(kind, Post(path, body), bytes => bytes, RequestEnd.Abort),
            _ => Slow(random, path, body),
        };
    }

    // The service closes the connection behind its answer, so whoever waits for the end has all of it.
    private static string Head(string path, string headers) => $"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n{headers}\r\n\r\n";

    private static string Post(string path, string body) => Head(path, $"Content-Length: {Encoding.UTF8.GetByteCount(body)}") + body;

    private static MalformedRequest One(string kind, string text, Func<byte[], byte[]>? change = null, RequestEnd end = RequestEnd.Wait)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return new MalformedRequest(kind, [change?.Invoke(bytes) ?? bytes], end);
    }

    private static MalformedRequest Oversized(Random random, string path)
    {
        var megabytes = 1 + random.Next(3);
        return random.Next(3) switch
        {
            0 => One("oversized", Head(path, $"Content-Length: {long.MaxValue - random.Next(100)}"), end: RequestEnd.HalfClose),
            1 => One("oversized", Head(path, $"Content-Length: {megabytes << 20}") + "{\"text\":\"" + new string('x', megabytes << 20), end: RequestEnd.HalfClose),
            _ => new MalformedRequest(
                "oversized",
                [Encoding.ASCII.GetBytes(Head(path, "Transfer-Encoding: chunked")), .. Enumerable.Repeat(Encoding.ASCII.GetBytes("10000\r\n" + new string(' ', 0x10000) + "\r\n"), megabytes << 4)],
                RequestEnd.HalfClose),
        };
    }

    private static MalformedRequest Deep(Random random, string path)
    {
        var depth = 1 + random.Next(20_000);
        var (open, close) = random.Next(2) == 0 ? ("[", "]") : ("{\"a\":", "}");
        var inner = string.Concat(Enumerable.Repeat(open, depth)) + "1" + (random.Next(2) == 0 ? string.Concat(Enumerable.Repeat(close, depth)) : "");
        return One("deep JSON", Post(path, random.Next(3) switch
        {
            0 => inner,
            1 => "{\"text\":" + inner + "}",
            _ => "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"max_tokens\":2,\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"schema\":" + inner + "}}}",
        }));
    }

    private static MalformedRequest NotUtf8(Random random, string path, string body)
    {
        byte[][] sequences = [[0xC3, 0x28], [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0x80], [0xEF, 0xBB, 0xBF], [0x00]];
        var bytes = Encoding.UTF8.GetBytes(body).ToList();
        bytes.InsertRange(random.Next(bytes.Count + 1), sequences[random.Next(sequences.Length)]);
        return new MalformedRequest("not UTF-8", [Encoding.ASCII.GetBytes(Head(path, $"Content-Length: {bytes.Count}")), [.. bytes]], RequestEnd.Wait);
    }

    private static MalformedRequest Length(Random random, string path, string body)
    {
        string[] headers =
        [
            "Content-Length: -1", "Content-Length: abc", "Content-Length: 99999999999999999999", $"Content-Length: {body.Length}\r\nContent-Length: 0", $"Content-Length: {body.Length}\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: gzip", "Transfer-Encoding: chunked, chunked", "Transfer-Encoding: identity", "Content-Length: 5,5", "Content-Length: +5", "Content-Length : 5", " Content-Length: 5", "Content-Length: 0",
            "Expect: 100-continue\r\nContent-Length: 5", "Expect: 200-maybe\r\nContent-Length: 5", "X: a\r\n b\r\nContent-Length: 5", "Transfer-Encoding:\u000bchunked",
        ];
        return One("length", Head(path, headers[random.Next(headers.Length)]) + body, end: random.Next(4) == 0 ? RequestEnd.Abort : RequestEnd.HalfClose);
    }

    private static string Host(Random random, string path)
    {
        string[] hosts = ["", "Host:\r\n", "Host: a\r\nHost: b\r\n", "Host: example.com\r\n", "Host: local host\r\n", "Host: localhost:99999\r\n", "Host: [::1\r\n", "Host: localhost/../x\r\n", "Host: \u0001\r\n", "Host: user@localhost\r\n"];
        return $"GET {path} HTTP/1.1\r\n{hosts[random.Next(hosts.Length)]}\r\n";
    }

    private static string MediaType(Random random)
    {
        string[] types = ["text/plain", "application/json; charset=utf-16", "application/json;;;", "", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/problem+json", new string('a', 5000), "application/json\0"];
        return types[random.Next(types.Length)];
    }

    private static MalformedRequest Slow(Random random, string path, string body)
    {
        var whole = Encoding.ASCII.GetBytes(Post(path, body));
        var length = random.Next(2) == 0 ? random.Next(1, 60) : whole.Length - random.Next(1, 10);
        return new MalformedRequest("slow", [.. whole.Take(length).Chunk(1 + random.Next(8))], RequestEnd.Wait);
    }

    // A value of the body becomes another.
    private static string Replaced(Random random, string body)
    {
        var colons = Enumerable.Range(0, body.Length).Where(i => body[i] == ':').ToArray();
        var at = colons[random.Next(colons.Length)] + 1;
        var end = at;
        var depth = 0;
        var quoted = false;
        for (; end < body.Length; end++)
        {
            var c = body[end];
            quoted ^= c == '"' && body[end - 1] != '\\';
            depth += quoted ? 0 : c is '{' or '[' ? 1 : c is '}' or ']' ? -1 : 0;
            if (!quoted && ((depth == 0 && c == ',') || depth < 0))
            {
                break;
            }
        }

        return body[..at] + Values[random.Next(Values.Length)] + body[end..];
    }

    private static string Added(Random random, string body)
    {
        string[] names = ["text", "texts", "n", "tools", "stop", "logit_bias", "max_completion_tokens", "stream_options", "response_format", "__proto__", "", "\\u0000", "temperature", "seed", "model", "messages", "maxTokens", "suffix"];
        return body[..^1] + $",\"{names[random.Next(names.Length)]}\":{Values[random.Next(Values.Length)]}}}";
    }

    private static string Huge(Random random)
    {
        string[] names = ["top", "maxTokens", "temperature", "topK", "seed", "max_tokens", "top_logprobs", "n", "presence_penalty", "logprobs", "minP"];
        string[] numbers = ["1" + new string('0', 1 + random.Next(5000)), "-" + new string('9', 400), "1e" + random.Next(100_000), "0." + new string('0', random.Next(5000)) + "1", long.MaxValue.ToString(CultureInfo.InvariantCulture), "-1e-400"];
        return $"{{\"text\":\"a\",\"prompt\":\"a\",\"messages\":[{{\"role\":\"user\",\"content\":\"a\"}}],\"{names[random.Next(names.Length)]}\":{numbers[random.Next(numbers.Length)]}}}";
    }

    private static byte[] Flip(Random random, byte[] bytes)
    {
        for (var i = random.Next(1, 8); i > 0; i--)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        return bytes;
    }

    private static byte[] Noise(Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                // What a TLS client says first (RFC 8446, section 5.1).
                return [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC, 0x03, 0x03, .. Enumerable.Range(0, 64).Select(_ => (byte)random.Next(256))];
            case 1:
                // What an HTTP/2 client says first (RFC 9113, section 3.4).
                return [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 0, 4, 0, 0, 0, 0, 0];
            case 2:
                return [.. Enumerable.Repeat("\r\n"u8.ToArray(), random.Next(2000)).SelectMany(line => line)];
            default:
                var bytes = new byte[random.Next(1, 4000)];
                random.NextBytes(bytes);
                return bytes;
        }
    }
}
