using System.Text.Json;
using SlmEdge.Tasks;
using SlmEdge.Training.Adapters;
using SlmEdge.Training.FineTuning;
using SlmEdge.Training.Preference;

namespace SlmEdge.Export.Tests.Models;

/// <summary>Short QLoRA runs of a tiny random model that learns to write.</summary>
internal static class WritingRun
{
    private static readonly LoraConfig Lora = new(8, 16, 0, [LoraConfig.AllLinear]);
    private static readonly string[] Words = ["pump", "battery", "bucket", "engine", "boom", "pin"];

    /// <summary>Makes a run of a kind of task, or of preferences (<c>dpo</c>), and gives its base and its folder.</summary>
    public static (string Base, string Run) Create(TemporaryFolder folder, string kind)
    {
        string model = TinyModel.Write(folder.At("base"), TinyModel.Config(hidden: 64, layers: 1), seed: 1);
        if (kind == "chat")
        {
            File.WriteAllText(
                Path.Combine(model, "chat_template.jinja"), "{% for m in messages %}{{ m.role + ':' + m.content + eos_token }}{% endfor %}{% if add_generation_prompt %}{{ 'assistant:' }}{% endif %}");
        }

        string train = folder.At("train.jsonl");
        File.WriteAllLines(train, Enumerable.Range(0, 36).Select(i => JsonSerializer.Serialize(Row(kind, $"the {Words[i % 6]} leaks {i}", $"replace the {Words[i % 6]}"))));
        string run = folder.At("run");
        if (kind == "dpo")
        {
            new DpoTrainer(new DpoOptions { BaseDirectory = model, TrainFile = train, OutputDirectory = run, Lora = Lora, Epochs = 2, LearningRate = 3e-3, Threads = 1 }).Run();
        }
        else
        {
            string task = kind == "extract"
                ? """{ "name": "t", "kind": "extract", "instruction": "Name the part.", "schema": { "type": "object", "properties": { "part": { "type": "string" } }, "required": ["part"], "additionalProperties": false } }"""
                : $$"""{ "name": "t", "kind": "{{kind}}", "instruction": "Say what to do." }""";
            new SftTrainer(new SftOptions
            {
                BaseDirectory = model, Task = TaskDefinition.Parse(task), TrainFile = train, OutputDirectory = run, Lora = Lora, Epochs = 4, LearningRate = 1e-2, BatchSize = 8, Threads = 1,
            }).Run();
        }

        return (model, run);
    }

    private static object Row(string kind, string text, string answer) => kind switch
    {
        "dpo" => new { prompt = text, chosen = answer, rejected = "do nothing" },
        "chat" => new { messages = new[] { new { role = "user", content = text }, new { role = "assistant", content = answer } } },
        "extract" => new { text, output = new { part = answer } },
        _ => new { input = text, output = answer },
    };
}
