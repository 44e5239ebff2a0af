using System.Security.Cryptography;
using System.Text.Json;
using SlmEdge.Tasks.Data;

namespace SlmEdge.Teachers;

/// <summary>A question to a teacher.</summary>
/// <param name="Messages">The dialogue so far; the last turn is the user's.</param>
/// <param name="Sampling">How answers are drawn.</param>
/// <param name="Samples">How many answers.</param>
public sealed record TeacherRequest(IReadOnlyList<ChatMessage> Messages, SamplingSettings Sampling, int Samples = 1)
{
    /// <summary>The name under which the answers are kept: a hash (hex) of who is asked, what, and with which settings.</summary>
    /// <param name="teacher">Identity of the teacher.</param>
    public string Key(string teacher) => Convert.ToHexStringLower(
        SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new { teacher, Messages, Sampling, Samples })))[..32];
}
