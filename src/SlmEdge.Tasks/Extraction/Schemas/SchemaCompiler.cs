using System.Text.Json;
using SlmEdge.Tasks.Constraints;
using SlmEdge.Tasks.Constraints.Grammar;

namespace SlmEdge.Tasks.Extraction.Schemas;

/// <summary>
/// Turns a schema into the language of its documents. A value is held to a set of schemas at once (its own, those of <c>$ref</c> and <c>allOf</c>); each such set
/// is compiled once, which ends recursion. <c>anyOf</c> and <c>oneOf</c> are taken apart: one set for each alternative.
/// </summary>
internal sealed class SchemaCompiler
{
    private const int MaxUniqueValues = 10;

    private static readonly SchemaNode Anything = new(-1, "");

    private readonly string _source;
    private readonly DocumentOptions _options;
    private readonly ByteGrammar _grammar = new(SchemaLimits.MaxStates);
    private readonly StringGrammar _strings;
    private readonly NumberGrammar _numbers;
    private readonly GrammarNode _comma;
    private readonly GrammarNode _colon;
    private readonly Dictionary<string, GrammarNode> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<SchemaNode, SchemaNode> _bare = [];
    private readonly Queue<(GrammarNode Target, List<SchemaNode> Schemas)> _waiting = new();

    private SchemaCompiler(string source, DocumentOptions options)
    {
        (_source, _options) = (source, options);
        _strings = new StringGrammar(_grammar);
        _numbers = new NumberGrammar(_grammar);
        _comma = Separator(",");
        _colon = Separator(":");
    }

    /// <summary>Compiles a schema.</summary>
    /// <exception cref="TaskDefinitionException">It cannot be honoured.</exception>
    public static GrammarNode Compile(SchemaNode root, string source, DocumentOptions options)
    {
        var compiler = new SchemaCompiler(source, options);
        try
        {
            GrammarNode document = compiler.Value([root]);
            while (compiler._waiting.TryDequeue(out (GrammarNode Target, List<SchemaNode> Schemas) next))
            {
                next.Target.Items = [.. compiler.Ways(next.Schemas)];
            }

            GrammarNode whole = compiler._grammar.Sequence(compiler._grammar.Repeat(compiler._grammar.Literal(" "), 0, options.LeadingSpaces), document);
            compiler._grammar.Close();
            if (whole.MinLength == GrammarNode.Never)
            {
                throw new TaskDefinitionException("no document satisfies the schema", source, "schema #");
            }

            return whole.MinLength <= ByteAutomaton.MaxShortest && whole.Nesting <= JsonSchema.MaxNesting
                ? whole
                : throw new TaskDefinitionException(
                    $"the shortest document has more than {ByteAutomaton.MaxShortest} bytes or {JsonSchema.MaxNesting} levels", source, "schema #");
        }
        catch (ConstraintLimitException e)
        {
            throw new TaskDefinitionException($"the schema is too large: {e.Message}; make it smaller", source, "schema #", e);
        }
    }

    private GrammarNode Separator(string mark) => _options.SpaceAfterSeparators
        ? _grammar.Sequence(_grammar.Literal(mark), _grammar.Optional(_grammar.Literal(" ")))
        : _grammar.Literal(mark);

    /// <summary>The values that satisfy all the schemas.</summary>
    private GrammarNode Value(IEnumerable<SchemaNode> schemas)
    {
        List<SchemaNode> sorted = [.. schemas.Where(schema => schema != Anything).Distinct().OrderBy(schema => schema.Id)];
        string key = string.Join(',', sorted.Select(schema => schema.Id));
        if (!_known.TryGetValue(key, out GrammarNode? node))
        {
            if (_known.Count >= SchemaLimits.MaxCombinations)
            {
                throw new ConstraintLimitException($"more than {SchemaLimits.MaxCombinations} combinations of schemas");
            }

            node = _grammar.Placeholder();
            _known.Add(key, node);
            _waiting.Enqueue((node, sorted));
        }

        return node;
    }

    private List<GrammarNode> Ways(List<SchemaNode> schemas)
    {
        List<SchemaNode> all = Flatten(schemas);
        if (all.Any(schema => !schema.Possible))
        {
            return [];
        }

        if (all.FirstOrDefault(schema => schema.Literals is not null)?.Literals is { } literals)
        {
            var texts = literals.Where(value => schemas.TrueForAll(schema => new SchemaValidator().Violation(value, schema, "$") is null))
                .Select(value => JsonSerializer.SerializeToUtf8Bytes(value, CompactJson.Relaxed.JsonElement)).ToList();
            return texts.Count == 0 ? [] : [Trie(texts, 0)];
        }

        List<List<SchemaNode>> cases = [all];
        foreach (SchemaNode schema in all)
        {
            foreach (List<SchemaNode>? group in (List<SchemaNode>?[])[schema.AnyOf, schema.OneOf])
            {
                if (group is null)
                {
                    continue;
                }

                if (group == schema.OneOf)
                {
                    OneOfDecision.Check(schema, _source);
                }

                if ((long)cases.Count * group.Count > SchemaLimits.MaxCombinations)
                {
                    throw new ConstraintLimitException($"more than {SchemaLimits.MaxCombinations} combinations of alternatives");
                }

                cases = [.. cases.SelectMany(one => group.Select(part => (List<SchemaNode>)[.. one, part]))];
            }
        }

        // The groups of these schemas are taken apart above; those of the alternatives are still whole.
        return cases.Count == 1 && cases[0] == all ? Typed(all) : [.. cases.Select(one => Value([.. one.Take(all.Count).Select(Bare), .. one.Skip(all.Count)]))];
    }

    /// <summary>A schema without its references and alternatives, which are dealt with apart.</summary>
    private SchemaNode Bare(SchemaNode schema)
    {
        if (schema.AnyOf is null && schema.OneOf is null && schema.Reference is null && schema.AllOf.Count == 0)
        {
            return schema;
        }

        if (!_bare.TryGetValue(schema, out SchemaNode? bare))
        {
            bare = new SchemaNode(SchemaLimits.MaxSchemas + schema.Id, schema.Pointer)
            {
                Types = schema.Types,
                Properties = schema.Properties,
                Additional = schema.Additional,
                Items = schema.Items,
                MinItems = schema.MinItems,
                MaxItems = schema.MaxItems,
                UniqueItems = schema.UniqueItems,
                MinLength = schema.MinLength,
                MaxLength = schema.MaxLength,
                Pattern = schema.Pattern,
                Format = schema.Format,
                Range = schema.Range,
                Literals = schema.Literals,
                LiteralTexts = schema.LiteralTexts,
            };
            bare.Required.AddRange(schema.Required);
            bare.Prefix.AddRange(schema.Prefix);
            foreach ((string name, SchemaNode property) in schema.PropertyByName)
            {
                bare.PropertyByName.Add(name, property);
            }

            _bare.Add(schema, bare);
        }

        return bare;
    }

    private static List<SchemaNode> Flatten(List<SchemaNode> schemas)
    {
        var all = new List<SchemaNode>();
        var seen = new HashSet<SchemaNode>();
        var open = new Stack<SchemaNode>(schemas.AsEnumerable().Reverse());
        while (open.TryPop(out SchemaNode? schema))
        {
            if (seen.Add(schema))
            {
                all.Add(schema);
                foreach (SchemaNode part in schema.AllOf.AsEnumerable().Reverse())
                {
                    open.Push(part);
                }

                if (schema.Reference is not null)
                {
                    open.Push(schema.Reference);
                }
            }
        }

        return all;
    }

    private List<GrammarNode> Typed(List<SchemaNode> all)
    {
        JsonTypes types = all.Aggregate(JsonTypes.Any, (common, schema) => common & schema.Types);
        var ways = new List<GrammarNode>();
        if (types.HasFlag(JsonTypes.Object))
        {
            ways.Add(Object(all));
        }

        if (types.HasFlag(JsonTypes.Array))
        {
            ways.Add(Array(all));
        }

        if (types.HasFlag(JsonTypes.String))
        {
            ways.AddRange(String(all));
        }

        if ((types & JsonTypes.Number) != 0 && Number(all, types) is { } number)
        {
            ways.Add(number);
        }

        if (types.HasFlag(JsonTypes.Boolean))
        {
            ways.Add(_grammar.Literal("true"));
            ways.Add(_grammar.Literal("false"));
        }

        if (types.HasFlag(JsonTypes.Null))
        {
            ways.Add(_grammar.Literal("null"));
        }

        return ways;
    }

    private GrammarNode? Number(List<SchemaNode> all, JsonTypes types)
    {
        NumberRange range = NumberRange.All;
        foreach (SchemaNode schema in all)
        {
            decimal? step = schema.Range.MultipleOf;
            if (step is not null && range.MultipleOf is not null && step != range.MultipleOf)
            {
                (decimal large, decimal small) = (Math.Max(step.Value, range.MultipleOf.Value), Math.Min(step.Value, range.MultipleOf.Value));
                step = large % small == 0 ? large : throw Refused("two divisors (multipleOf) that are no multiple of each other", schema);
            }

            range = range.And(schema.Range, step ?? range.MultipleOf);
        }

        try
        {
            return _numbers.Build(range, !types.HasFlag(JsonTypes.Number));
        }
        catch (FormatException e)
        {
            throw Refused(e.Message, all[^1]);
        }
    }

    private List<GrammarNode> String(List<SchemaNode> all)
    {
        int min = all.Count == 0 ? 0 : all.Max(schema => schema.MinLength);
        int? max = all.Min(schema => schema.MaxLength);
        if (min > max)
        {
            return [];
        }

        List<StringRule> rules = [.. all.SelectMany(schema => (StringRule?[])[schema.Pattern, schema.Format]).OfType<StringRule>().DistinctBy(rule => rule.Text)];
        if (rules.Count == 0)
        {
            return [_strings.Any(min, max)];
        }

        if (rules.Count > 1)
        {
            throw Refused("two patterns or formats hold for one string; write one that says both", all[^1]);
        }

        PatternNode pattern = rules[0].Node;
        return min <= pattern.MinLength && (max is null || pattern.MaxLength <= max)
            ? [_strings.Pattern(pattern)]
            : throw Refused(
                $"a length of {min} to {max?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "any"} beside a pattern that matches {pattern.MinLength} to {pattern.MaxLength?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "any number of"} characters; put the length into the pattern",
                all[^1]);
    }

    private GrammarNode Object(List<SchemaNode> all)
    {
        List<string> names = [.. all.SelectMany(schema => schema.Properties ?? []).Select(property => property.Name).Concat(all.SelectMany(schema => schema.Required)).Distinct(StringComparer.Ordinal)];
        HashSet<string> required = [.. all.SelectMany(schema => schema.Required)];

        // Where properties are named and nothing is said of others, none are written: the document is valid without them.
        List<SchemaNode> additional = [.. all.Select(schema => schema.Additional).OfType<SchemaNode>()];
        bool open = additional.Count > 0 ? additional.TrueForAll(schema => schema.Possible) : names.Count == 0;
        GrammarNode? others = null;
        if (open)
        {
            GrammarNode pair = _grammar.Sequence(_strings.Except(names), _colon, Value(additional));
            others = pair;
        }

        // Backwards: what may follow property i, with and without one in front.
        GrammarNode afterOne = others is null ? _grammar.Empty : _grammar.Repeat(_grammar.Sequence(_comma, others), 0, -1);
        GrammarNode afterNone = others is null ? _grammar.Empty : _grammar.Optional(_grammar.Sequence(others, afterOne));
        foreach (string name in names.AsEnumerable().Reverse())
        {
            GrammarNode value = Value(all.Select(schema => schema.PropertyByName.GetValueOrDefault(name) ?? schema.Additional).OfType<SchemaNode>());
            GrammarNode pair = _grammar.Sequence(_grammar.Literal(JsonSerializer.SerializeToUtf8Bytes(name, CompactJson.Relaxed.String)), _colon, value);
            GrammarNode withFirst = _grammar.Sequence(pair, afterOne);
            GrammarNode withNext = _grammar.Sequence(_comma, pair, afterOne);
            (afterNone, afterOne) = required.Contains(name)
                ? (withFirst, withNext)
                : (_grammar.Choice(withFirst, afterNone), _grammar.Choice(withNext, afterOne));
        }

        return _grammar.Container(_grammar.Sequence(_grammar.Literal("{"), afterNone, _grammar.Literal("}")));
    }

    private GrammarNode Array(List<SchemaNode> all)
    {
        int min = all.Count == 0 ? 0 : all.Max(schema => schema.MinItems);
        int? max = all.Min(schema => schema.MaxItems);
        if (min > max)
        {
            return _grammar.Placeholder();
        }

        List<SchemaNode> At(int index) => [.. all.Select(schema => index < schema.Prefix.Count ? schema.Prefix[index] : schema.Items).OfType<SchemaNode>()];
        int prefix = all.Count == 0 ? 0 : all.Max(schema => schema.Prefix.Count);
        if (all.Any(schema => schema.UniqueItems) && max is not (0 or 1))
        {
            return Bracketed(Unique(At(0), prefix, min, max, all));
        }

        GrammarNode item = Value(At(prefix));
        int most = max ?? -1;
        GrammarNode afterOne = Rest(prefix);
        GrammarNode afterNone = Start(prefix);
        for (int i = prefix - 1; i >= 0; i--)
        {
            GrammarNode value = Value(At(i));
            bool mayEnd = i >= min;
            bool mayGo = max is null || i < max;
            GrammarNode withFirst = _grammar.Sequence(value, afterOne);
            GrammarNode withNext = _grammar.Sequence(_comma, value, afterOne);
            afterNone = Choose(withFirst);
            afterOne = Choose(withNext);

            GrammarNode Choose(GrammarNode go) => !mayGo ? _grammar.Empty : mayEnd ? _grammar.Optional(go) : go;
        }

        return Bracketed(afterNone);

        GrammarNode Rest(int behind) => max <= behind ? _grammar.Empty : _grammar.Repeat(_grammar.Sequence(_comma, item), Math.Max(0, min - behind), most < 0 ? -1 : most - behind);

        GrammarNode Start(int behind)
        {
            if (max <= behind)
            {
                return _grammar.Empty;
            }

            GrammarNode some = _grammar.Sequence(item, Rest(behind + 1));
            return min > behind ? some : _grammar.Optional(some);
        }
    }

    private GrammarNode Bracketed(GrammarNode inner) => _grammar.Container(_grammar.Sequence(_grammar.Literal("["), inner, _grammar.Literal("]")));

    /// <summary>Arrays of distinct values: which are used already is a state of its own, so there must be few.</summary>
    private GrammarNode Unique(List<SchemaNode> items, int prefix, int min, int? max, List<SchemaNode> all)
    {
        List<JsonElement>? literals = Flatten(items).FirstOrDefault(schema => schema.Literals is not null)?.Literals;
        if (prefix > 0 || literals is null || literals.Count > MaxUniqueValues)
        {
            throw Refused($"'uniqueItems' can only be kept where the items are an enum of at most {MaxUniqueValues} values; remove it", all.First(schema => schema.UniqueItems));
        }

        List<byte[]> texts =
        [
            .. literals.Where((value, i) => !literals.Take(i).Any(other => JsonElement.DeepEquals(value, other)))
                .Where(value => items.TrueForAll(schema => new SchemaValidator().Violation(value, schema, "$") is null)).Select(value => JsonSerializer.SerializeToUtf8Bytes(value, CompactJson.Relaxed.JsonElement)),
        ];
        var known = new Dictionary<int, GrammarNode>();
        return Behind(0);

        GrammarNode Behind(int used)
        {
            if (known.TryGetValue(used, out GrammarNode? node))
            {
                return node;
            }

            int count = System.Numerics.BitOperations.PopCount((uint)used);
            var ways = new List<GrammarNode>();
            if (count >= min)
            {
                ways.Add(_grammar.Empty);
            }

            for (int i = 0; i < texts.Count && (max is null || count < max); i++)
            {
                if ((used & (1 << i)) == 0)
                {
                    GrammarNode[] item = [_grammar.Literal(texts[i]), Behind(used | (1 << i))];
                    ways.Add(_grammar.Sequence(count > 0 ? [_comma, .. item] : item));
                }
            }

            node = _grammar.Choice(ways);
            known.Add(used, node);
            return node;
        }
    }

    /// <summary>Values by their common beginnings, so that ten thousand of them leave few ways open at each byte.</summary>
    private GrammarNode Trie(List<byte[]> texts, int at)
    {
        if (texts.Count == 1)
        {
            return _grammar.Literal(texts[0].AsSpan(at));
        }

        int common = texts.Skip(1).Aggregate(texts[0].Length - at, (length, text) => Math.Min(length, texts[0].AsSpan(at).CommonPrefixLength(text.AsSpan(at))));
        GrammarNode start = _grammar.Literal(texts[0].AsSpan(at, common));
        at += common;
        var ways = texts.Where(text => text.Length > at).GroupBy(text => text[at]).Select(group => Trie([.. group], at)).ToList();
        if (texts.Exists(text => text.Length == at))
        {
            ways.Add(_grammar.Empty);
        }

        return _grammar.Sequence(start, _grammar.Choice(ways));
    }

    private TaskDefinitionException Refused(string message, SchemaNode schema) => new(message, _source, "schema " + schema.Pointer);
}
