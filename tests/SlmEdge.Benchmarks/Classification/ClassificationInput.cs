using SlmEdge.Benchmarks.CommandLine;
using SlmEdge.Bundles;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Data;
using SlmEdge.Tasks.Prompts;
using SlmEdge.Tasks.Tokenization;

namespace SlmEdge.Benchmarks.Classification;

/// <summary>The models and texts named on the command line: from a bundle, or file by file.</summary>
internal sealed record ClassificationInput(string? Gguf, string? OnnxDirectory, TaskDefinition Task, IReadOnlyList<LabelCode>? Codes, IReadOnlyList<LabelledText> Rows)
{
    public static ClassificationInput Load(BenchmarkArguments arguments)
    {
        var input = arguments.Text("bundle") is { } bundle ? FromBundle(bundle, arguments) : FromFiles(arguments);
        if (arguments.Text("labels-in-prompt") is { } choice)
        {
            // For the speed behind a long prefix only: a model decides well with the prompt that it was trained with.
            input = input with { Task = input.Task with { Prompt = input.Task.Prompt with { LabelsInPrompt = choice == "yes" } } };
        }

        if (input.Gguf is null && input.OnnxDirectory is null)
        {
            throw new BenchmarkException("There is no model: give --bundle, --gguf or --onnx.");
        }

        return input;
    }

    /// <summary>Renders the texts, each with its answer cue, for the prompt's prefix.</summary>
    public (ClassificationPrompt Prompt, int[][] Texts) Render(ITokenizer tokenizer)
    {
        var prompt = ClassificationPrompt.Create(Task, tokenizer, Codes);
        return (prompt, [.. Rows.Select(r => prompt.EncodeText(r.Text))]);
    }

    private static ClassificationInput FromBundle(string path, BenchmarkArguments arguments)
    {
        using var bundle = Bundle.Open(path);
        var manifest = bundle.Manifest;
        var wanted = arguments.Text("gguf");
        var gguf = bundle.GetFiles(BundleFileRole.Gguf).FirstOrDefault(f => wanted is null || f.Path == wanted || f.Path.EndsWith("/" + wanted, StringComparison.Ordinal));
        if (wanted is not null && gguf is null)
        {
            throw new BenchmarkException($"The bundle has no GGUF file '{wanted}'.");
        }

        var onnx = bundle.GetFiles(BundleFileRole.Onnx).FirstOrDefault(f => Path.GetFileName(f.Path) == "model.onnx");
        return new ClassificationInput(
            gguf is null ? null : bundle.GetFilePath(gguf.Path),
            onnx is null ? null : Path.GetDirectoryName(bundle.GetFilePath(onnx.Path)),
            manifest.Task,
            manifest.Codes.Count > 0 ? manifest.Codes : null,
            ReadRows(manifest.Task, arguments));
    }

    private static ClassificationInput FromFiles(BenchmarkArguments arguments)
    {
        var task = TaskDefinition.Load(arguments.Required("task"));
        return new ClassificationInput(arguments.Text("gguf"), arguments.Text("onnx"), task, null, ReadRows(task, arguments));
    }

    private static IReadOnlyList<LabelledText> ReadRows(TaskDefinition task, BenchmarkArguments arguments)
    {
        var options = new ReaderOptions { TextColumn = arguments.Text("text-column") ?? "text", LabelColumn = arguments.Text("label-column") ?? "label" };
        return [.. LabelledTextReader.Read(arguments.Required("data"), task, options).Take(arguments.Integer("texts", 256))];
    }
}
