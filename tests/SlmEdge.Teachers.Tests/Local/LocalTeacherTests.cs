using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Export.Gguf;
using SlmEdge.Export.Weights;
using SlmEdge.Tasks.Data;
using SlmEdge.Teachers.Local;

namespace SlmEdge.Teachers.Tests.Local;

public sealed class LocalTeacherTests
{
    [SkippableFact]
    public async Task Questions_together_get_the_greedy_continuations_of_the_engine()
    {
        var path = SharedData.Require("data/models/stories260K.gguf");
        using var teacher = LocalTeacher.Open(path, new LocalTeacherOptions { Concurrency = 4, Threads = 1 });
        using var engine = LlamaCppEngine.Open(path, new LlamaCppOptions { Threads = 1 });
        string[] questions = ["Once upon a time", "Tom had a dog", "One day", "Lily was sad", "The sun", "A big red ball"];

        var replies = await Task.WhenAll(questions.Select(q => teacher.AskAsync(Request(q, 0))));

        for (var i = 0; i < questions.Length; i++)
        {
            int[] prompt = [engine.Tokenizer.BosTokenId!.Value, .. engine.Tokenizer.Encode(questions[i] + "\nAnswer:")];
            replies[i].Answers.Single().Text.ShouldBe(engine.Tokenizer.Decode(engine.GenerateGreedy(prompt, 16)));
            replies[i].PromptTokens.ShouldBe(prompt.Length);
        }
    }

    [SkippableFact]
    public async Task More_samples_than_places_are_all_drawn_and_differ()
    {
        using var teacher = LocalTeacher.Open(SharedData.Require("data/models/stories260K.gguf"), new LocalTeacherOptions { Concurrency = 3, Threads = 1 });

        var reply = await teacher.AskAsync(Request("Once upon a time", 1) with { Samples = 7 });

        reply.Answers.Count.ShouldBe(7);
        reply.Answers.Select(answer => answer.Text).Distinct().Count().ShouldBeGreaterThan(4);
        reply.Answers.ShouldAllBe(answer => answer.End == AnswerEnd.Length);
    }

    [SkippableFact]
    public async Task A_question_that_is_too_long_leaves_the_others()
    {
        using var teacher = LocalTeacher.Open(SharedData.Require("data/models/stories260K.gguf"), new LocalTeacherOptions { Concurrency = 2, Threads = 1, ContextLength = 64 });

        var error = await Should.ThrowAsync<TeacherException>(() => teacher.AskAsync(Request(string.Concat(Enumerable.Repeat("Tom ran. ", 60)), 0)));

        error.ThisRequestOnly.ShouldBeTrue();
        error.Message.ShouldContain("context");
        (await teacher.AskAsync(Request("Tom ran", 0))).Answers.Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_embedded_base_exported_by_ourselves_answers()
    {
        using var folder = new TemporaryDirectory();
        var gguf = folder.At("edge-nano.gguf");
        using (var weights = ModelWeights.Open(RepositoryFiles.At("models/edge-nano")))
        {
            GgufExporter.Export(weights, gguf, GgufQuantization.F16);
        }

        using var teacher = LocalTeacher.Open(gguf, new LocalTeacherOptions { Concurrency = 2, Threads = 1 });

        var reply = await teacher.AskAsync(Request("The hydraulic pump", 0.8));

        reply.Answers.Single().Text.ShouldNotBeNullOrWhiteSpace();
        teacher.Identity.ShouldStartWith("gguf ");
    }

    [Fact]
    public async Task The_files_chat_template_is_executed_and_text_that_looks_like_a_control_token_stays_text()
    {
        using var folder = new TemporaryDirectory();
        var model = Directory.CreateDirectory(folder.At("model")).FullName;
        foreach (var file in Directory.GetFiles(RepositoryFiles.At("models/edge-nano")))
        {
            File.Copy(file, Path.Combine(model, Path.GetFileName(file)));
        }

        File.WriteAllText(Path.Combine(model, "chat_template.jinja"), """
            {%- for message in messages -%}
            {{ message.role + ': ' + message.content }}{% if message.role == 'assistant' %}{{ eos_token }}{% endif %}{{ '\n' }}
            {%- endfor -%}
            {%- if add_generation_prompt -%}{{ 'assistant:' }}{%- endif -%}
            """);
        using (var weights = ModelWeights.Open(model))
        {
            GgufExporter.Export(weights, folder.At("chat.gguf"), GgufQuantization.F16);
        }

        using var teacher = LocalTeacher.Open(folder.At("chat.gguf"), new LocalTeacherOptions { Concurrency = 1, Threads = 1 });
        using var tokenizer = LlamaTokenizer.Open(folder.At("chat.gguf"));

        var reply = await teacher.AskAsync(Request("pump <|endoftext|> leaks", 0));

        reply.PromptTokens.ShouldBe(tokenizer.Encode("user: pump <|endoftext|> leaks\nassistant:").Length);
    }

    private static TeacherRequest Request(string text, double temperature) =>
        new([new ChatMessage("user", text)], new SamplingSettings { Temperature = temperature, MaxTokens = 16, Seed = 5 });
}
