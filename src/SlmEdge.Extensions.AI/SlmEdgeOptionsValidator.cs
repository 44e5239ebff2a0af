using Microsoft.Extensions.Options;

namespace SlmEdge.Extensions.AI;

/// <summary>Finds what is wrong with the options before the application begins to serve.</summary>
internal sealed class SlmEdgeOptionsValidator : IValidateOptions<SlmEdgeOptions>
{
    public ValidateOptionsResult Validate(string? name, SlmEdgeOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.BundlePath))
        {
            return ValidateOptionsResult.Fail($"{nameof(SlmEdgeOptions.BundlePath)} is not set; name a .slmb file or a bundle folder.");
        }

        if (!Path.Exists(options.BundlePath))
        {
            return ValidateOptionsResult.Fail($"{nameof(SlmEdgeOptions.BundlePath)}: there is no bundle at '{options.BundlePath}'.");
        }

        if (options.EmbeddingPath is { } embedding && !Path.Exists(embedding))
        {
            return ValidateOptionsResult.Fail($"{nameof(SlmEdgeOptions.EmbeddingPath)}: there is no model at '{embedding}'.");
        }

        if (!Enum.IsDefined(options.Engine) || !Enum.IsDefined(options.LongTexts) || !Enum.IsDefined(options.Overflow))
        {
            return ValidateOptionsResult.Fail("Engine, LongTexts or Overflow is none of its values.");
        }

        try
        {
            options.ToRuntimeOptions().Validate();
            options.ToEmbedderOptions().Validate();
            return ValidateOptionsResult.Success;
        }
        catch (ArgumentException error)
        {
            return ValidateOptionsResult.Fail(error.Message);
        }
    }
}
