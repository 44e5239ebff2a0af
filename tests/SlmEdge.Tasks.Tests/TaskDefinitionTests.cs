using System.Text.Json;

namespace SlmEdge.Tasks.Tests;

public sealed class TaskDefinitionTests
{
    private const string Valid = """
        { "name": "systems", "kind": "classify", "instruction": "Name the system.",
          "labels": [ { "name": "Hydraulic System", "description": "oil" }, { "name": "Engine", "code": "motor" }, "Kabine é" ],
          "prompt": { "labelsInPrompt": true, "verbalizer": "name" }, "decision": { "abstainBelow": 0.25 } }
        """;

    [Fact]
    public void A_definition_is_read_as_written()
    {
        TaskDefinition task = TaskDefinition.Parse(Valid);

        task.Name.ShouldBe("systems");
        task.Kind.ShouldBe(TaskKind.Classify);
        task.Labels.ShouldBe([new("Hydraulic System", "oil"), new("Engine", null, "motor"), new("Kabine é")]);
        task.Prompt.ShouldBe(new PromptOptions { LabelsInPrompt = true, Verbalizer = Verbalizer.Name });
        task.Decision.AbstainBelow.ShouldBe(0.25);
        task.IndexOf("Engine").ShouldBe(1);
        task.IndexOf("engine").ShouldBe(-1);
    }

    [Fact]
    public void Groups_coverage_and_label_threshold_are_read_and_written()
    {
        TaskDefinition task = TaskDefinition.Parse("""
            {"name":"x","kind":"classify","instruction":"i","labels":["a",{"name":"b","groups":["plant","pumps"]}],
             "decision":{"labelThreshold":0.3,"coverage":0.9}}
            """);
        task.Labels[0].Groups.ShouldBeEmpty();
        task.Labels[1].Groups.ShouldBe(["plant", "pumps"]);
        task.Decision.ShouldBe(new DecisionOptions { LabelThreshold = 0.3, Coverage = 0.9 });
        TaskDefinition.Parse(task.ToJson()).ToJson().ShouldBe(task.ToJson());
    }

    [Fact]
    public void A_task_whose_texts_have_several_labels_is_read_and_written()
    {
        TaskDefinition task = TaskDefinition.Parse("""{"name":"x","kind":"classify","instruction":"i","labels":["a","b"],"decision":{"multiLabel":true}}""");
        task.Decision.ShouldBe(new DecisionOptions { MultiLabel = true });
        TaskDefinition.Parse(task.ToJson()).Decision.ShouldBe(task.Decision);
        TaskDefinition.Parse("""{"name":"x","kind":"classify","instruction":"i","labels":["a","b"]}""").ToJson().ShouldNotContain("multiLabel");
    }

    [Fact]
    public void The_canonical_form_reads_back_to_itself_and_has_the_same_hash()
    {
        TaskDefinition task = TaskDefinition.Parse(Valid);
        TaskDefinition again = TaskDefinition.Parse(task.ToJson());
        again.ToJson().ShouldBe(task.ToJson());
        again.Sha256.ShouldBe(task.Sha256);
        (task with { Instruction = "Name the part." }).Sha256.ShouldNotBe(task.Sha256);
    }

    [Fact]
    public void A_definition_inside_another_file_is_the_same_and_as_strict()
    {
        TaskDefinition task = TaskDefinition.Parse(Valid);
        string json = JsonSerializer.Serialize(new Dictionary<string, TaskDefinition> { ["task"] = task });
        JsonSerializer.Deserialize<Dictionary<string, TaskDefinition>>(json)!["task"].Sha256.ShouldBe(task.Sha256);
        Should.Throw<TaskDefinitionException>(() => JsonSerializer.Deserialize<TaskDefinition>("""{"name":"x","nme":"y"}""")).Message.ShouldContain("nme");
    }

    [Fact]
    public void A_chat_needs_no_instruction()
    {
        TaskDefinition.Parse("""{"name":"helper","kind":"chat"}""").Instruction.ShouldBeEmpty();
        Should.Throw<TaskDefinitionException>(() => TaskDefinition.Parse("""{"name":"x","kind":"generate"}""")).Message.ShouldContain("instruction");
    }

    [Theory]
    [InlineData("""{"name":"x","kind":"classify","instruction":"i","labels":["a","b"],"lables":[]}""", "lables", "unknown key")]
    [InlineData("""{"name":"x","kind":"classify","instruction":"i","labels":["a",{"name":"b","colour":1}]}""", "labels[1].colour", "unknown key")]
    [InlineData("""{"name":"x","kind":"classify","instruction":"i","labels":["a","b"],"prompt":{"verbaliser":"code"}}""", "prompt.verbaliser", "unknown key")]
    [InlineData("""{"name":"x","kind":"classify","instruction":"i","labels":["a","b"],"decision":{"abstain":1}}""", "decision.abstain", "unknown key")]
    [InlineData("""{"name":"x","name":"y","kind":"classify","instruction":"i","labels":["a","b"]}""", "name", "twice")]
    [InlineData("""{"name":"x","kind":"classify","instruction":"i","labels":["a","b","a"]}""", "labels[2].name", "already the name of labels[0]")]
    [InlineData("""{"name":"x","kind":"classify","instruction":"i","labels":["é","e\u0301"]}""", "labels[1].name", "already the name of labels[0]")]
    [InlineData("""{"name":"x","kind":"classify","instruction":"i","labels":[{"name":"a","code":"c"},{"name":"b","code":"c"}]}""", "labels[1].code", "already the code of labels[0] ('a')")]
    [InlineData("""{"name":"x","kind":"classify","instruction":"i","labels":["a"]}""", "labels", "at least two")]
    [InlineData("""{"name":"x","kind":"classify","instruction":"i"}""", "labels", "at least two")]
    [InlineData("""{"name":"x","kind":"classify","instruction":" ","labels":["a","b"]}""", "instruction", "empty")]
    [InlineData("""{"name":"x","kind":"classify","labels":["a","b"]}""", "instruction", "missing")]
    [InlineData("""{"name":"x","kind":"classify","instruction":"i","labels":["a"," b"]}""", "labels[1].name", "white space")]
    [InlineData("""{"name":"x","kind":"classify","instruction":"i","labels":["a","b\u0007"]}""", "labels[1].name", "U+0007")]
    [InlineData("""{"name":"x","kind":"classify","instruction":"\ud800","labels":["a","b"]}""", "instruction", "surrogate")]
    [InlineData("""{"name":"x","kind":"sort","instruction":"i","labels":["a","b"]}""", "kind", "'classify', 'extract', 'generate', 'chat'")]
    [InlineData("""{"name":"x","kind":"classify","instruction":7,"labels":["a","b"]}""", "instruction", "has to be a string")]
    [InlineData("""{"name":"x","kind":"classify","instruction":"i","labels":{"a":1}}""", "labels", "an array")]
    [InlineData("""{"name":"x","kind":"classify","instruction":"i","labels":["a","b"],"decision":{"abstainBelow":1.5}}""", "decision.abstainBelow", "not a probability")]
    [InlineData("""{"name":"x","kind":"classify","instruction":"i","labels":["a","b"],"decision":{"coverage":1}}""", "decision.coverage", "out of range")]
    [InlineData("""{"name":"x","kind":"classify","instruction":"i","labels":["a","b"],"decision":{"labelThreshold":0}}""", "decision.labelThreshold", "out of range")]
    [InlineData("""{"name":"x","kind":"classify","instruction":"i","labels":["a",{"name":"b","groups":"c"}]}""", "labels[1].groups", "an array of strings")]
    [InlineData("""{"name":"x","kind":"classify","instruction":"i","labels":["a",{"name":"b","groups":["c"," d"]}]}""", "labels[1].groups[1]", "white space")]
    [InlineData("""{"name":"x","kind":"generate","instruction":"i","decision":{"coverage":0.9}}""", "decision", "no labels to choose from")]
    [InlineData("""{"name":"x","kind":"generate","instruction":"i","decision":{"multiLabel":true}}""", "decision", "no labels to choose from")]
    [InlineData("""{"name":"x","kind":"classify","instruction":"i","labels":["a","b"],"decision":{"multiLabel":true,"coverage":0.9}}""", "decision.coverage", "one true label")]
    [InlineData("""{"name":"x","kind":"classify","instruction":"i","labels":["a","b"],"decision":{"multiLabel":1}}""", "decision.multiLabel", "true or false")]
    [InlineData("""{"name":"x","kind":"generate","instruction":"i","labels":["a","b"]}""", "labels", "has no labels")]
    [InlineData("""{"name":"x","kind":"extract","instruction":"i"}""", "schema", "needs the JSON schema")]
    public void A_wrong_definition_is_refused_and_its_key_named(string json, string element, string message)
    {
        TaskDefinitionException error = Should.Throw<TaskDefinitionException>(() => TaskDefinition.Parse(json, "my-task.json"));
        error.Message.ShouldStartWith("my-task.json: ");
        error.Message.ShouldContain(message);
        error.Element.ShouldBe(element);
    }

    [Theory]
    [InlineData("{\"name\": \"x\",\n \"kind\" \"classify\"}", "line 2")]
    [InlineData("[]", "an object")]
    [InlineData("", "not JSON")]
    public void Text_that_is_no_JSON_object_is_refused(string json, string message) =>
        Should.Throw<TaskDefinitionException>(() => TaskDefinition.Parse(json)).Message.ShouldContain(message);

    [Fact]
    public void A_missing_file_and_one_that_is_not_UTF8_are_named()
    {
        Should.Throw<TaskDefinitionException>(() => TaskDefinition.Load("nowhere/task.json")).Message.ShouldContain("nowhere/task.json");
        using var folder = new TemporaryFolder();
        string path = folder.Write("task.json", [.. "{\"name\": \""u8, 0xFF, .. "\"}"u8]);
        Should.Throw<TaskDefinitionException>(() => TaskDefinition.Load(path)).Message.ShouldContain("not UTF-8 (byte 10)");
    }

    [Fact]
    public void A_byte_order_mark_is_not_part_of_the_definition()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("task.json", [0xEF, 0xBB, 0xBF, .. System.Text.Encoding.UTF8.GetBytes(Valid)]);
        TaskDefinition.Load(path).Sha256.ShouldBe(TaskDefinition.Parse(Valid).Sha256);
    }
}
