using System.Text;
using SlmEdge.Tasks.Constraints.Grammar;

namespace SlmEdge.Tasks.Extraction.Schemas;

/// <summary>A pattern that strings follow, for writing and for checking.</summary>
internal sealed class StringRule
{
    private readonly Lock _lock = new();
    private ByteAutomaton? _automaton;

    public StringRule(string pattern)
    {
        Text = pattern;
        Node = PatternParser.Parse(pattern);
    }

    /// <summary>The pattern as it was written.</summary>
    public string Text { get; }

    public PatternNode Node { get; }

    /// <summary>Whether a string follows the pattern.</summary>
    public bool Matches(string value)
    {
        lock (_lock)
        {
            if (_automaton is null)
            {
                var grammar = new ByteGrammar(SchemaLimits.MaxStates);
                GrammarNode root = new StringGrammar(grammar).Pattern(Node);
                grammar.Close();
                _automaton = new ByteAutomaton(root, 1, 1, 4096);
            }

            return _automaton.Matches(Encoding.UTF8.GetBytes(StringGrammar.Quote(value)));
        }
    }
}
