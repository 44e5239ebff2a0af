using System.Globalization;
using SlmEdge.Tasks.Templates.Evaluation;
using SlmEdge.Tasks.Templates.Values;

namespace SlmEdge.Tasks.Templates.Builtins;

/// <summary>The <c>attribute</c> argument of filters: a name, an index, or several with dots between them.</summary>
internal static class AttributePath
{
    /// <summary>A function that follows the path; without one it gives the value itself.</summary>
    /// <param name="attribute">The argument.</param>
    /// <param name="otherwise">What stands for a missing value.</param>
    /// <param name="budget">What the rendering may cost.</param>
    public static Func<TemplateValue, TemplateValue> Getter(TemplateValue? attribute, TemplateValue? otherwise, RenderBudget budget)
    {
        TemplateValue[] parts = attribute switch
        {
            null or NoneValue => [],
            TextValue text => [.. text.Value.Split('.').Select(part => long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out long index)
                ? (TemplateValue)new IntegerValue(index)
                : new TextValue(part))],
            IntegerValue => [attribute],
            _ => throw new TemplateFault($"an attribute is named by a string or an integer, not {attribute.TypeName}"),
        };
        return item =>
        {
            foreach (TemplateValue part in parts)
            {
                item = Access.Item(item, part, budget);
                if (item is UndefinedValue && otherwise is not null)
                {
                    item = otherwise;
                }
            }

            return item;
        };
    }
}
