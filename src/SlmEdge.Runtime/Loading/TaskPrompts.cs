using SlmEdge.Bundles;
using SlmEdge.Runtime.Chat;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Prompts;
using SlmEdge.Tasks.Templates;

namespace SlmEdge.Runtime.Loading;

/// <summary>Renders the prompt of a bundle's task, which has to be the one that was tested.</summary>
internal static class TaskPrompts
{
    /// <summary>The prompt of a classification.</summary>
    /// <exception cref="RuntimeException">It is another prompt than the tested one, or leaves no room for a text.</exception>
    public static ClassificationPrompt Classification(BundleManifest manifest, LoadedModel model)
    {
        var byCode = manifest.Task.Prompt.Verbalizer == Verbalizer.Code;
        var prompt = ClassificationPrompt.Create(manifest.Task, model.Tokenizer, byCode ? manifest.Codes : null);
        RequireTested(manifest, prompt.Sha256, model);
        if (prompt.Prefix.Length + prompt.Labels.MaxDepth + 2 > model.Engine.ContextLength)
        {
            throw new RuntimeException(
                $"Instruction and labels take {prompt.Prefix.Length + prompt.Labels.MaxDepth} tokens; the context of {model.Engine.ContextLength} leaves no room for a text. Choose a longer context.");
        }

        return prompt;
    }

    /// <summary>The rendering of a task that writes text: by the chat template that the model file carries, where it has one.</summary>
    /// <exception cref="RuntimeException">It is another rendering than the tested one, or a conversation has no template.</exception>
    public static GenerationPrompt Generation(BundleManifest manifest, LoadedModel model)
    {
        GenerationPrompt prompt;
        try
        {
            prompt = new GenerationPrompt(model.Tokenizer, model.Tokenizer.ChatTemplate);
        }
        catch (ChatTemplateException error)
        {
            throw new RuntimeException($"The chat template of '{model.File}' cannot be used: {error.Message}", error);
        }

        if (manifest.TemplateSha256 is { } template && template != prompt.Conversation?.Template.Sha256)
        {
            throw new RuntimeException(
                $"The bundle '{manifest.Name}' {manifest.Version} was tested with the chat template {template[..12]}…, but '{model.File}' has {prompt.Conversation?.Template.Sha256[..12] ?? "none"}. Build the bundle again.");
        }

        RequireTested(manifest, prompt.IdentityOf(manifest.Task), model);
        return manifest.Task.Kind == TaskKind.Chat ? ChatModel.RequireTemplate(prompt, $"The bundle '{manifest.Name}' {manifest.Version}") : prompt;
    }

    private static void RequireTested(BundleManifest manifest, string rendered, LoadedModel model)
    {
        if (manifest.PromptSha256 is { } tested && tested != rendered)
        {
            throw new RuntimeException(
                $"The bundle '{manifest.Name}' {manifest.Version} was tested with the prompt {tested[..12]}…, but task and tokenizer of '{model.File}' give {rendered[..12]}…. " +
                "The model file does not belong to this task, or another version of SlmEdge made the bundle; build the bundle again.");
        }
    }
}
