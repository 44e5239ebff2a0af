using SlmEdge.Tasks.Constraints;
using SlmEdge.Tasks.Prompts;

namespace SlmEdge.Tasks.Extraction;

/// <summary>The prompt of an extraction as the trainer renders it, and the form of the answer behind it.</summary>
public sealed class ExtractionPrompt
{
    private readonly TaskDefinition _task;
    private readonly GenerationPrompt _prompt;

    /// <summary>Prepares a task.</summary>
    /// <param name="task">A task of kind <see cref="TaskKind.Extract"/>.</param>
    /// <param name="prompt">The rendering for the base model.</param>
    /// <exception cref="TaskDefinitionException">The task is of another kind, or its schema cannot be honoured.</exception>
    public ExtractionPrompt(TaskDefinition task, GenerationPrompt prompt)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(prompt);
        (_task, _prompt) = (task, prompt);
        Schema = JsonSchema.Of(task);
    }

    /// <summary>The schema of the answers.</summary>
    public JsonSchema Schema { get; }

    /// <summary>
    /// The answer's white space: none inside. Behind the plain prompt the answer is trained with a space in front, for which
    /// SentencePiece vocabularies write one more.
    /// </summary>
    public DocumentOptions Document => new() { LeadingSpaces = _prompt.Conversation is null ? 2 : 0 };

    /// <summary>The tokens that end an answer.</summary>
    public IReadOnlyList<int> EndTokens => _prompt.EndTokens;

    /// <summary>The prompt of a text; the document follows it.</summary>
    /// <param name="text">Any text; what looks like control tokens stays text.</param>
    public int[] Encode(string text) => _prompt.Encode(_task.Instruction, text);

    /// <summary>The constraint of the answers over the model's vocabulary; one serves all texts.</summary>
    /// <param name="vocabulary">The model's vocabulary.</param>
    /// <exception cref="TaskDefinitionException">The vocabulary cannot spell the shortest document.</exception>
    public DocumentConstraint Constrain(VocabularyTrie vocabulary) => new(Schema, vocabulary, EndTokens, Document);
}
