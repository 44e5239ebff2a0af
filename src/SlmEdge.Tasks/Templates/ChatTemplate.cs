using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SlmEdge.Tasks.Templates.Evaluation;
using SlmEdge.Tasks.Templates.Syntax;
using SlmEdge.Tasks.Templates.Values;

namespace SlmEdge.Tasks.Templates;

/// <summary>
/// A chat template in Jinja, executed as it is: with the semantics of Jinja 3.1 in the sandbox of transformers (<c>trim_blocks</c>,
/// <c>lstrip_blocks</c>, <c>break</c> and <c>continue</c>, <c>{% generation %}</c>, <c>raise_exception</c>, <c>strftime_now</c>, plain <c>tojson</c>).
/// Of every character of the result it is known whether the template, the caller or which message it came from.
/// </summary>
/// <remarks>
/// Immutable and safe to use from several threads at once. Size, nesting, work and output are bounded. Where Hugging Face's JavaScript
/// implementation differs from Python's (the scope of loops, <c>capitalize</c>, how lists print, indices of characters beyond U+FFFF), Python is followed.
/// </remarks>
public sealed class ChatTemplate
{
    private readonly IReadOnlyList<Statement> _body;

    private ChatTemplate(string source, string name)
    {
        Name = name;
        Source = source;
        Sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(source)));
        (_body, MarksGeneration) = TemplateParser.Parse(source, name);
    }

    /// <summary>What errors call it.</summary>
    public string Name { get; }

    /// <summary>Its text.</summary>
    public string Source { get; }

    /// <summary>SHA-256 (lower-case hex) of its text in UTF-8.</summary>
    public string Sha256 { get; }

    /// <summary>Whether it says itself what the model generates, by <c>{% generation %}</c>.</summary>
    public bool MarksGeneration { get; }

    /// <summary>Reads a template.</summary>
    /// <param name="source">Its text.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="ChatTemplateException">The syntax is wrong, or a filter, test or block does not exist; with line and column.</exception>
    public static ChatTemplate Parse(string source, string name = "chat template")
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new ChatTemplate(source, name);
    }

    /// <summary>Renders a conversation.</summary>
    /// <param name="input">The conversation and what goes with it.</param>
    /// <exception cref="ChatTemplateException">The template refuses the conversation, or does what its values do not allow.</exception>
    public TemplateText Render(ChatTemplateInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return StatementEvaluator.Render(_body, Name, Variables(input));
    }

    private IEnumerable<KeyValuePair<string, TemplateValue>> Variables(ChatTemplateInput input)
    {
        if (input.Messages.ValueKind != JsonValueKind.Array)
        {
            throw new ChatTemplateException("the messages have to be an array", Name);
        }

        var caller = new TextOrigin(TextOrigin.FromCaller);
        var variables = new List<KeyValuePair<string, TemplateValue>>(GlobalFunctions.All(input.Now));
        try
        {
            Add("messages", new ListValue([.. input.Messages.EnumerateArray().Select(JsonValues.Message)], caller));
            Add("tools", input.Tools is { } tools ? JsonValues.From(tools, caller) : NoneValue.Instance);
            Add("documents", NoneValue.Instance);
            Add("add_generation_prompt", BooleanValue.Of(input.AddGenerationPrompt));
            foreach (KeyValuePair<string, string> token in input.ControlTokens)
            {
                Add(token.Key, new TextValue(token.Value));
            }

            foreach (KeyValuePair<string, JsonElement> variable in input.Variables)
            {
                Add(variable.Key, JsonValues.From(variable.Value, caller));
            }
        }
        catch (TemplateFault fault)
        {
            throw new ChatTemplateException(fault.Message, Name, inner: fault);
        }

        return variables;

        void Add(string name, TemplateValue value) => variables.Add(new(name, value));
    }
}
