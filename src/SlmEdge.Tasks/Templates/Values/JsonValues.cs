using System.Text.Json;

namespace SlmEdge.Tasks.Templates.Values;

/// <summary>Turns JSON into values.</summary>
internal static class JsonValues
{
    public static TemplateValue From(JsonElement element, TextOrigin origin) => element.ValueKind switch
    {
        JsonValueKind.String => new TextValue(new TemplateText(element.GetString()!, origin)),
        JsonValueKind.Number => Number(element),
        JsonValueKind.True => BooleanValue.True,
        JsonValueKind.False => BooleanValue.False,
        JsonValueKind.Array => new ListValue([.. element.EnumerateArray().Select(item => From(item, origin))], origin),
        JsonValueKind.Object => new DictionaryValue(element.EnumerateObject().Select(p => Entry(p.Name, From(p.Value, origin), origin)), origin),
        _ => NoneValue.Instance,
    };

    /// <summary>
    /// A message: everything but its role is its own text. The known roles are words of the template's language (some templates make a control
    /// token of them, as in <c>'&lt;|' + role + '|&gt;'</c>); any other role is the caller's.
    /// </summary>
    public static TemplateValue Message(JsonElement element, int index)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new TemplateFault($"messages[{index}] has to be an object, not {element.ValueKind.ToString().ToLowerInvariant()}");
        }

        var own = new TextOrigin(index);
        return new DictionaryValue(element.EnumerateObject().Select(p => Entry(p.Name, From(p.Value, p.Name == "role" ? RoleOrigin(p.Value) : own), own)), own);
    }

    public static KeyValuePair<TemplateValue, TemplateValue> Entry(string key, TemplateValue value, TextOrigin origin) =>
        new(new TextValue(new TemplateText(key, origin)), value);

    private static TextOrigin RoleOrigin(JsonElement role) =>
        role.ValueKind == JsonValueKind.String && role.GetString() is "system" or "developer" or "user" or "assistant" or "tool"
            ? TextOrigin.Template
            : new TextOrigin(TextOrigin.FromCaller);

    private static TemplateValue Number(JsonElement element)
    {
        // As Python's json module: a number without point and exponent is an integer.
        string raw = element.GetRawText();
        bool whole = !raw.AsSpan().ContainsAny('.', 'e', 'E');
        return whole && element.TryGetInt64(out long number) ? new IntegerValue(number)
            : whole ? throw new TemplateFault($"the integer {raw} has more than 64 bits")
            : new FloatValue(element.GetDouble());
    }
}
