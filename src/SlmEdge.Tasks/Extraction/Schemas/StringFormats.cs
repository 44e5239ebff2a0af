namespace SlmEdge.Tasks.Extraction.Schemas;

/// <summary>
/// The formats of strings that can be kept, as patterns. Each allows only what RFC 3339 (dates and times, years 1 to 9999, no leap seconds), RFC 4122,
/// RFC 2673 and 4291, RFC 1123, RFC 5321 (without quoted names) and RFC 3986 (with host names and IPv4 addresses as hosts) allow.
/// </summary>
internal static class StringFormats
{
    private const string Year = "(?:[1-9]\\d{3}|0[1-9]\\d\\d|00[1-9]\\d|000[1-9])";
    private const string LeapYear = "(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)";
    private const string Date =
        $"(?:{Year}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|1\\d|2[0-8]))|{LeapYear}-02-29)";

    private const string Time = "(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,6})?(?:Z|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)";
    private const string Octet = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
    private const string Ipv4 = $"{Octet}(?:\\.{Octet}){{3}}";
    private const string Group = "[0-9A-Fa-f]{1,4}";
    private const string Ipv6 =
        $"(?:(?:{Group}:){{7}}{Group}|::(?:{Group}(?::{Group}){{0,6}})?|{Group}::(?:{Group}(?::{Group}){{0,5}})?|(?:{Group}:){{1}}{Group}::(?:{Group}(?::{Group}){{0,4}})?"
        + $"|(?:{Group}:){{2}}{Group}::(?:{Group}(?::{Group}){{0,3}})?|(?:{Group}:){{3}}{Group}::(?:{Group}(?::{Group}){{0,2}})?|(?:{Group}:){{4}}{Group}::(?:{Group}(?::{Group})?)?"
        + $"|(?:{Group}:){{5}}{Group}::(?:{Group})?|(?:{Group}:){{6}}{Group}::)";

    private const string HostLabel = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,60}[A-Za-z0-9])?";
    private const string Atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]";
    private const string PathCharacter = "(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})";
    private const string Tail = $"(?:/{PathCharacter}*)*(?:\\?(?:{PathCharacter}|[/?])*)?(?:#(?:{PathCharacter}|[/?])*)?";

    /// <summary>Dates with times that .NET's types hold: years 1000 to 8999, offsets up to 13:59.</summary>
    public const string ClrDateTime =
        "^(?:[1-8]\\d{3}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|1\\d|2[0-8]))|[1-8]\\d(?:0[48]|[2468][048]|[13579][26])-02-29)"
        + "T(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,6})?(?:Z|[+-](?:0\\d|1[0-3]):[0-5]\\d)$";

    private static readonly Dictionary<string, string> Patterns = new(StringComparer.Ordinal)
    {
        ["date"] = $"^{Date}$",
        ["time"] = $"^{Time}$",
        ["date-time"] = $"^{Date}T{Time}$",
        ["uuid"] = "^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$",
        ["ipv4"] = $"^{Ipv4}$",
        ["ipv6"] = $"^{Ipv6}$",
        ["hostname"] = $"^{HostLabel}(?:\\.{HostLabel}){{0,3}}$",
        ["email"] = $"^{Atom}{{1,31}}(?:\\.{Atom}{{1,31}})?@{HostLabel}(?:\\.{HostLabel}){{1,3}}$",
        ["uri"] = $"^[A-Za-z][A-Za-z0-9+.-]*:(?://(?:{HostLabel}(?:\\.{HostLabel}){{0,3}}|{Ipv4})(?::\\d{{1,4}})?|/?{PathCharacter}+){Tail}$",
    };

    /// <summary>The names that are known.</summary>
    public static IEnumerable<string> Names => Patterns.Keys;

    /// <summary>The pattern of a format; null where it is not known.</summary>
    public static string? Find(string name) => Patterns.GetValueOrDefault(name);
}
