using System.Text.Json;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Prompts;

namespace SlmEdge.Bundles;

/// <summary>
/// The parts of <c>bundle.json</c>, read field by field: a program that starts for one text would spend a tenth of its time on setting up a serialiser for them. Keys that
/// are not known are refused, and so are missing ones and null where there has to be something.
/// </summary>
internal static class BundleManifestReader
{
    private static readonly string[] Roles = [.. Enum.GetValues<BundleFileRole>().Select(role => JsonNamingPolicy.CamelCase.ConvertName(role.ToString()))];

    /// <exception cref="JsonException">A key is unknown or missing, or null.</exception>
    /// <exception cref="InvalidOperationException">A value is of another type.</exception>
    /// <exception cref="FormatException">A number or a time is out of range.</exception>
    /// <exception cref="TaskDefinitionException">The task is wrong.</exception>
    public static BundleManifest Read(JsonElement root)
    {
        var fields = new Fields(
            root, "formatVersion", BundleRequirements.Key, "name", "version", "createdUtc", "task", "files", "base", "tokenizerSha256", "templateSha256", "codes", "promptSha256",
            "calibration", "scores", "golden", "recommended");
        return new BundleManifest
        {
            FormatVersion = fields.Required("formatVersion").GetInt32(),
            Requires = fields.Optional(BundleRequirements.Key) is { } requires ? ReadRequirements(requires) : null,
            Name = fields.Text("name"),
            Version = fields.Text("version"),
            CreatedUtc = fields.Required("createdUtc").GetDateTimeOffset(),
            Task = TaskDefinition.Parse(fields.Required("task").GetRawText(), "task"),
            Files = fields.List("files", ReadFile),
            Base = ReadBase(fields.Required("base")),
            TokenizerSha256 = fields.Text("tokenizerSha256"),
            TemplateSha256 = fields.Optional("templateSha256")?.GetString(),
            Codes = fields.List("codes", ReadCode),
            PromptSha256 = fields.Optional("promptSha256")?.GetString(),
            Calibration = fields.Given("calibration") is { } calibration ? ReadCalibration(calibration) : new BundleCalibration(),
            Scores = fields.List("scores", ReadScore),
            Golden = fields.List("golden", ReadGolden),
            Recommended = fields.Optional("recommended") is { } recommended ? ReadRecommendation(recommended) : null,
        };
    }

    private static BundleRequirements ReadRequirements(JsonElement element)
    {
        var fields = new Fields(element, BundleRequirements.ProgramKey, "llama", "onnx");
        return new BundleRequirements
        {
            SlmEdge = fields.Optional(BundleRequirements.ProgramKey)?.GetString(),
            Llama = fields.Optional("llama")?.GetString(),
            Onnx = fields.Optional("onnx")?.GetString(),
        };
    }

    private static BundleFile ReadFile(JsonElement element)
    {
        var fields = new Fields(element, "path", "size", "sha256", "role");
        string text = fields.Text("role");
        int role = Array.IndexOf(Roles, text);
        return role >= 0
            ? new BundleFile(fields.Text("path"), fields.Required("size").GetInt64(), fields.Text("sha256"), (BundleFileRole)role)
            : throw new JsonException($"'{text}' is no role of a file; they are {string.Join(", ", Roles)}");
    }

    private static BundleBase ReadBase(JsonElement element)
    {
        var fields = new Fields(element, "name", "sha256");
        return new BundleBase(fields.Text("name"), fields.Text("sha256"));
    }

    private static LabelCode ReadCode(JsonElement element)
    {
        var fields = new Fields(element, "name", "tokenId", "tokenText");
        return new LabelCode(fields.Text("name"), fields.Required("tokenId").GetInt32(), fields.Text("tokenText"));
    }

    private static BundleCalibration ReadCalibration(JsonElement element)
    {
        var fields = new Fields(element, "temperature", "labelThreshold", "conformal");
        return new BundleCalibration(fields.Given("temperature")?.GetDouble() ?? 1)
        {
            LabelThreshold = fields.Optional("labelThreshold")?.GetDouble(),
            Conformal = fields.List("conformal", ReadThreshold),
        };
    }

    private static ConformalThreshold ReadThreshold(JsonElement element)
    {
        var fields = new Fields(element, "coverage", "probability");
        return new ConformalThreshold(fields.Number("coverage"), fields.Number("probability"));
    }

    private static StageScore ReadScore(JsonElement element)
    {
        var fields = new Fields(
            element, "stage", "engine", "precision", "accuracy", "macroF1", "meanKl", "changedDecisions", "sizeBytes", "textsPerSecond", "examples", "microF1");
        return new StageScore(
            fields.Text("stage"),
            fields.Text("engine"),
            fields.Text("precision"),
            fields.Number("accuracy"),
            fields.Number("macroF1"),
            fields.Optional("meanKl")?.GetDouble(),
            fields.Optional("changedDecisions")?.GetInt32(),
            fields.Required("sizeBytes").GetInt64(),
            fields.Number("textsPerSecond"),
            fields.Required("examples").GetInt32())
        {
            MicroF1 = fields.Optional("microF1")?.GetDouble(),
        };
    }

    private static GoldenExample ReadGolden(JsonElement element)
    {
        var fields = new Fields(element, "text", "label", "probability", "tolerance");
        return new GoldenExample(fields.Text("text"), fields.Text("label"), fields.Number("probability"), fields.Number("tolerance"));
    }

    private static BundleRecommendation ReadRecommendation(JsonElement element)
    {
        var fields = new Fields(element, "engine", "file");
        return new BundleRecommendation(fields.Text("engine"), fields.Text("file"));
    }

    /// <summary>The fields of an object, all of them known.</summary>
    private readonly struct Fields
    {
        private readonly JsonElement _element;

        public Fields(JsonElement element, params ReadOnlySpan<string> known)
        {
            _element = element;
            foreach (JsonProperty property in element.EnumerateObject())
            {
                if (!known.Contains(property.Name))
                {
                    throw new JsonException($"the key '{property.Name}' is not known");
                }
            }
        }

        /// <summary>A value that may be left out or null.</summary>
        public JsonElement? Optional(string name) => _element.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

        /// <summary>A value that may be left out.</summary>
        public JsonElement? Given(string name) => !_element.TryGetProperty(name, out JsonElement value)
            ? null
            : value.ValueKind != JsonValueKind.Null ? value : throw new JsonException($"'{name}' is null");

        public JsonElement Required(string name) => Given(name) ?? throw new JsonException($"'{name}' is missing");

        public string Text(string name) => Required(name).GetString()!;

        // JSON has no infinity, but a number that a double cannot hold is read as one.
        public double Number(string name) => Required(name).GetDouble() is var number && double.IsFinite(number) ? number : throw new JsonException($"'{name}' is out of range");

        public IReadOnlyList<T> List<T>(string name, Func<JsonElement, T> read)
        {
            if (Given(name) is not { } list)
            {
                return [];
            }

            var items = new T[list.GetArrayLength()];
            int index = 0;
            foreach (JsonElement item in list.EnumerateArray())
            {
                items[index++] = read(item);
            }

            return items;
        }
    }
}
