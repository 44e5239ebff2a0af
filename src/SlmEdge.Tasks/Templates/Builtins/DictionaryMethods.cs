using SlmEdge.Tasks.Templates.Values;

namespace SlmEdge.Tasks.Templates.Builtins;

/// <summary>The methods of Python's <c>dict</c> that change nothing; the sandbox of transformers refuses the others, too.</summary>
internal static class DictionaryMethods
{
    public static FunctionValue? Find(DictionaryValue dictionary, string name) => name switch
    {
        "get" => new FunctionValue(name, arguments =>
            dictionary.Find(arguments.Accept("key", "default").Require(0, "key")) ?? arguments.Find(1, "default") ?? NoneValue.Instance),
        "items" => new FunctionValue(name, arguments => Items(dictionary, arguments)),
        "keys" => new FunctionValue(name, _ => new ListValue([.. dictionary.Entries.Select(entry => entry.Key)], dictionary.Origin)),
        "values" => new FunctionValue(name, _ => new ListValue([.. dictionary.Entries.Select(entry => entry.Value)], dictionary.Origin)),
        "copy" => new FunctionValue(name, _ => dictionary),
        "pop" or "update" or "clear" or "setdefault" or "popitem" => new FunctionValue(name, _ => throw new TemplateFault($"'{name}' would change a value that belongs to the caller; the sandbox forbids it")),
        _ => null,
    };

    public static ListValue Items(DictionaryValue dictionary, CallArguments arguments)
    {
        arguments.Accept();
        return new ListValue([.. dictionary.Entries.Select(entry => new ListValue([entry.Key, entry.Value], dictionary.Origin, tuple: true))], dictionary.Origin);
    }
}
