using System.Collections.Concurrent;
using System.Net;

namespace SlmEdge.Benchmarks.HttpFuzzing;

/// <summary>Many malformed requests against one service, several at a time.</summary>
internal static class HttpFuzz
{
    // 503 is a time limit or an end of the service; the server under it answers 501 and 505 to codings and versions of HTTP that it does not speak.
    private static readonly int[] Intended = [501, 503, 505];

    /// <summary>Sends the requests.</summary>
    /// <returns>How often each kind was answered with each status; unintended ones are listed with the number of their request.</returns>
    public static async Task<(IReadOnlyDictionary<(string Kind, int Status), int> Answers, IReadOnlyList<string> Faults)> RunAsync(IPEndPoint service, int seed, int count, int together)
    {
        var requests = new MalformedRequests(seed);
        var answers = new ConcurrentDictionary<(string, int), int>();
        var faults = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = together }, async (number, _) =>
        {
            var request = requests.Make(number);
            try
            {
                foreach (var status in await RawExchange.SendAsync(service, request).ConfigureAwait(false))
                {
                    answers.AddOrUpdate((request.Kind, status), 1, (_, before) => before + 1);
                    if (status < 0 || (status >= 500 && !Intended.Contains(status)))
                    {
                        faults.Enqueue($"request {number} ({request.Kind}): {status}");
                    }
                }
            }
            catch (TimeoutException error)
            {
                faults.Enqueue($"request {number}: {error.Message}");
            }
        }).ConfigureAwait(false);
        return (answers, [.. faults]);
    }
}
