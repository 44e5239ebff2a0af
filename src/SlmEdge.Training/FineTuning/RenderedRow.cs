using SlmEdge.Formats.JsonLines;
using SlmEdge.Tasks.Templates;

namespace SlmEdge.Training.FineTuning;

/// <summary>Rendering of rows with the base's chat template.</summary>
internal static class RenderedRow
{
    /// <summary>Renders a row; what the template refuses is an error of that row.</summary>
    /// <exception cref="DataFormatException">The template refuses the row.</exception>
    public static T Of<T>(string file, long row, Func<T> render)
    {
        try
        {
            return render();
        }
        catch (ChatTemplateException e)
        {
            throw new DataFormatException(file, row, e.Message, e);
        }
    }
}
