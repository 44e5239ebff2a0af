using System.CommandLine;
using SlmEdge.Teachers;
using SlmEdge.Teachers.Endpoint;
using SlmEdge.Teachers.Local;

namespace SlmEdge.Train.Commands;

/// <summary>The options that say who the teacher is and how it draws its answers.</summary>
internal sealed class TeacherArguments
{
    private readonly Option<string?> _teacher = new("--teacher") { Description = "Endpoint (http://host:8080/v1) or model file (.gguf)" };
    private readonly Option<string> _model = new("--teacher-model") { DefaultValueFactory = _ => "default", Description = "The model's name at the endpoint" };
    private readonly Option<EndpointApi> _api = new Option<EndpointApi>("--api") { DefaultValueFactory = _ => EndpointApi.Chat, Description = "chat, or completions for base models" }.Named();
    private readonly Option<string> _key = new("--api-key-variable") { DefaultValueFactory = _ => "OPENAI_API_KEY", Description = "Environment variable with the endpoint's key" };
    private readonly Option<int> _concurrency = new Option<int>("--concurrency") { DefaultValueFactory = _ => 8, Description = "Questions under way at once" }.Between(1, 256);
    private readonly Option<double> _stall = new Option<double>("--stall-timeout") { DefaultValueFactory = _ => 60, Description = "Seconds of silence within an answer before it is asked for again" }.AtLeast(0.1);
    private readonly Option<double> _timeout = new Option<double>("--answer-timeout") { DefaultValueFactory = _ => 600, Description = "Seconds until an answer has to begin" }.AtLeast(0.1);
    private readonly Option<int> _retries = new Option<int>("--endpoint-attempts") { DefaultValueFactory = _ => 6, Description = "How often a failed question is put before the run ends" }.Between(1, 100);
    private readonly Option<int> _context = new Option<int>("--context") { DefaultValueFactory = _ => 0, Description = "Context of a model file, in tokens; 0 takes the model's, at most 4096" }.AtLeast(0);
    private readonly Option<int> _gpu = new Option<int>("--gpu-layers") { DefaultValueFactory = _ => 0, Description = "Layers of a model file on the GPU; negative for all" };
    private readonly Option<double> _temperature = new Option<double>("--temperature") { DefaultValueFactory = _ => 0.7, Description = "0 takes the likeliest token" }.AtLeast(0);
    private readonly Option<double> _topP = new Option<double>("--top-p") { DefaultValueFactory = _ => 1, Description = "Draw from the likeliest tokens of this probability" }.Between(0, 1);
    private readonly Option<int> _topK = new Option<int>("--top-k") { DefaultValueFactory = _ => 0, Description = "Draw from so many likeliest tokens; 0 is all" }.AtLeast(0);
    private readonly Option<double> _penalty = new Option<double>("--repetition-penalty") { DefaultValueFactory = _ => 1, Description = "1 is off" }.AtLeast(0);
    private readonly Option<int> _tokens = new Option<int>("--max-tokens") { DefaultValueFactory = _ => 512, Description = "Longest answer in tokens" }.AtLeast(1);
    private readonly Option<string[]> _stop = new("--stop") { DefaultValueFactory = _ => [], Description = "Texts that end an answer" };
    private readonly Option<string?> _templates = new("--templates") { Description = "Folder with templates that replace the program's" };
    private readonly Option<double> _promptPrice = new Option<double>("--price-in") { DefaultValueFactory = _ => 0, Description = "Price of a million tokens of questions" }.AtLeast(0);
    private readonly Option<double> _answerPrice = new Option<double>("--price-out") { DefaultValueFactory = _ => 0, Description = "Price of a million tokens of answers" }.AtLeast(0);

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_teacher, _model, _api, _key, _concurrency, _stall, _timeout, _retries, _context, _gpu, _temperature, _topP, _topK, _penalty, _tokens, _stop, _templates, _promptPrice, _answerPrice])
        {
            command.Options.Add(option);
        }
    }

    public string? Templates(ParseResult parsed) => parsed.GetValue(_templates);

    public (double Prompt, double Answer) Prices(ParseResult parsed) => (parsed.GetValue(_promptPrice), parsed.GetValue(_answerPrice));

    public SamplingSettings Sampling(ParseResult parsed, long seed) => new()
    {
        Temperature = parsed.GetValue(_temperature),
        TopP = parsed.GetValue(_topP),
        TopK = parsed.GetValue(_topK),
        RepetitionPenalty = parsed.GetValue(_penalty),
        MaxTokens = parsed.GetValue(_tokens),
        Stop = parsed.GetValue(_stop)!,
        Seed = unchecked((uint)seed),
    };

    /// <summary>The teacher that the options name; an endpoint is not spoken to yet.</summary>
    public ITeacher Open(ParseResult parsed, int threads)
    {
        var name = parsed.GetValue(_teacher) ?? throw new UsageException("--teacher is needed: an endpoint (http://host:8080/v1) or a model file (.gguf).");
        if (name.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || name.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        {
            return new EndpointTeacher(new EndpointOptions
            {
                Address = Uri.TryCreate(name, UriKind.Absolute, out var address) ? address : throw new UsageException($"--teacher '{name}' is no address."),
                Model = parsed.GetValue(_model)!,
                Api = parsed.GetValue(_api),
                ApiKeyVariable = parsed.GetValue(_key)!,
                Concurrency = parsed.GetValue(_concurrency),
                StallTimeout = TimeSpan.FromSeconds(parsed.GetValue(_stall)),
                AnswerTimeout = TimeSpan.FromSeconds(parsed.GetValue(_timeout)),
                Attempts = parsed.GetValue(_retries),
            });
        }

        return LocalTeacher.Open(name, new LocalTeacherOptions
        {
            ContextLength = parsed.GetValue(_context),
            Concurrency = parsed.GetValue(_concurrency),
            Threads = threads,
            GpuLayers = parsed.GetValue(_gpu),
        });
    }
}
