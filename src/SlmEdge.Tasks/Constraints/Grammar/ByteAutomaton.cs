using System.Runtime.CompilerServices;

namespace SlmEdge.Tasks.Constraints.Grammar;

/// <summary>
/// Reads a text of a <see cref="ByteGrammar"/> byte by byte. A state is the set of all stacks that the text may have led to; states are made
/// when first reached and kept, so that common ones are one array access away. Stacks deeper than the limit of nesting are given up.
/// </summary>
/// <remarks>Not safe for several threads. When too many states are kept all are dropped; those still in use live on in their users.</remarks>
internal sealed class ByteAutomaton
{
    /// <summary>Longest shortest text that is followed, in bytes.</summary>
    public const int MaxShortest = 1 << 16;

    private const int MaxFramesInState = 20_000;

    private readonly GrammarNode _root;
    private readonly int _maxNesting;
    private readonly int _maxStates;
    private readonly int _reach;
    private readonly Dictionary<(Frame? Parent, GrammarNode Node, int Count, int Depth), Frame> _frames = [];
    private readonly Dictionary<StateKey, Configuration> _states = [];
    private readonly HashSet<Frame> _seen = [];
    private readonly Stack<Frame> _work = new();
    private readonly List<Frame> _tops = [];
    private int _nextId;

    /// <param name="root">The whole text; its grammar is closed.</param>
    /// <param name="maxNesting">Most levels of nesting.</param>
    /// <param name="reach">Most bytes of a token: states that differ only behind that share their mask.</param>
    /// <param name="maxStates">States that are kept.</param>
    public ByteAutomaton(GrammarNode root, int maxNesting, int reach, int maxStates)
    {
        (_root, _maxNesting, _reach, _maxStates) = (root, maxNesting, reach, maxStates);
        Dead = new Configuration([], false);
        Start = MakeStart();
    }

    public Configuration Start { get; }

    /// <summary>The state of a text that has no completion.</summary>
    public Configuration Dead { get; }

    /// <summary>Whether a whole text belongs to the language.</summary>
    public bool Matches(ReadOnlySpan<byte> text)
    {
        Configuration state = Start;
        foreach (byte value in text)
        {
            state = Step(state, value);
        }

        return state.Accepts;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Configuration Step(Configuration state, byte value) => state.Next[value] ?? MakeNext(state, value);

    /// <summary>The state after one character of <see cref="PlainText"/>, where it is the same for each of them; null where it is not.</summary>
    public Configuration? AfterPlain(Configuration state)
    {
        if (!state.IsPlainKnown)
        {
            state.AfterPlain = FindAfterPlain(state);
            state.IsPlainKnown = true;
        }

        return state.AfterPlain;
    }

    /// <summary>The state whose mask is this one's: counts far from their limit are made equal.</summary>
    public Configuration Twin(Configuration state)
    {
        if (state.Twin is { } known)
        {
            return known;
        }

        bool same = true;
        foreach (Frame frame in state.Frames)
        {
            same &= Twin(frame) == frame;
        }

        if (same)
        {
            return state.Twin = state;
        }

        _tops.Clear();
        _tops.AddRange(state.Frames.Select(Twin).Distinct());
        return state.Twin = Intern(state.Accepts);
    }

    /// <summary>The shortest text from a state to an end; of several the first in byte order. Null where it is too long to be followed.</summary>
    public byte[]? Shortest(Configuration state)
    {
        if (state.Accepts)
        {
            return [];
        }

        long length = state.Frames.Length == 0 ? GrammarNode.Never : state.Frames.Min(frame => frame.MinLength);
        if (length > MaxShortest)
        {
            return null;
        }

        byte[]? best = null;
        foreach (Frame frame in state.Frames.Where(frame => frame.MinLength == length))
        {
            byte[] text = Spell(frame, (int)length);
            best = best is null || text.AsSpan().SequenceCompareTo(best) < 0 ? text : best;
        }

        return best;
    }

    private static byte[] Spell(Frame frame, int length)
    {
        var frames = new List<Frame>();
        for (Frame? at = frame; at is not null; at = at.Parent)
        {
            frames.Add(at);
        }

        var text = new ShortestText();
        for (int i = frames.Count - 1; i >= 0; i--)
        {
            text.Push(frames[i].Node, frames[i].Count);
        }

        var bytes = new byte[length];
        for (int i = 0; i < length; i++)
        {
            bytes[i] = (byte)text.Next();
        }

        return bytes;
    }

    // By trying them all, so that nothing has to be known about the grammar: bytes that lead to one state are followed once.
    private Configuration? FindAfterPlain(Configuration state)
    {
        Configuration after = Step(state, (byte)' ');
        for (int value = ' ' + 1; value < 0x80; value++)
        {
            if (PlainText.Contains(value) && Step(state, (byte)value) != after)
            {
                return null;
            }
        }

        foreach ((byte leadFrom, byte leadTo, byte from, byte to, byte more) in PlainText.Sequences)
        {
            Configuration? last = null;
            for (int lead = leadFrom; lead <= leadTo; lead++)
            {
                Configuration next = Step(state, (byte)lead);
                if (next != last && !Leads(next, from, to, more, after))
                {
                    return null;
                }

                last = next;
            }
        }

        return after;
    }

    private bool Leads(Configuration state, byte from, byte to, int more, Configuration after)
    {
        Configuration? last = null;
        for (int value = from; value <= to; value++)
        {
            Configuration next = Step(state, (byte)value);
            if (next != last && !(more == 0 ? next == after : Leads(next, 0x80, 0xBF, more - 1, after)))
            {
                return false;
            }

            last = next;
        }

        return true;
    }

    private Configuration MakeStart()
    {
        _work.Clear();
        Push(null, _root, 0, 0);
        return Expand(false);
    }

    private Configuration MakeNext(Configuration state, byte value)
    {
        _work.Clear();
        bool accepts = false;
        ByteSet alike = ~default(ByteSet);
        foreach (Frame frame in state.Frames)
        {
            if (!frame.Node.Bytes.Contains(value))
            {
                alike &= ~frame.Node.Bytes;
                continue;
            }

            alike &= frame.Node.Bytes;

            if (frame.Parent is null)
            {
                accepts = true;
            }
            else
            {
                _work.Push(frame.Parent);
            }
        }

        Configuration next = _work.Count == 0 && !accepts ? Dead : Expand(accepts);

        // All bytes that take the same stacks lead to the same state, which is made once for them.
        alike.Fill(state.Next, next);

        return next;
    }

    /// <summary>Takes what lies on the stacks apart until a set of bytes is on top.</summary>
    private Configuration Expand(bool accepts)
    {
        _seen.Clear();
        _tops.Clear();
        while (_work.TryPop(out Frame? frame))
        {
            if (!_seen.Add(frame))
            {
                continue;
            }

            if (_seen.Count > MaxFramesInState)
            {
                throw new TaskDefinitionException($"the schema leaves more than {MaxFramesInState} ways open at one place; make its alternatives differ earlier", element: "schema");
            }

            GrammarNode node = frame.Node;
            switch (node.Kind)
            {
                case GrammarNodeKind.Bytes:
                    _tops.Add(frame);
                    break;
                case GrammarNodeKind.Choice:
                    foreach (GrammarNode item in node.Items)
                    {
                        Push(frame.Parent, item, 0, frame.Depth);
                    }

                    break;
                case GrammarNodeKind.Container:
                    Push(frame.Parent, node.Items[0], 0, frame.Depth + 1);
                    break;
                case GrammarNodeKind.Sequence when frame.Count < node.Items.Length:
                    Frame? rest = frame.Count + 1 < node.Items.Length ? Make(frame.Parent, node, frame.Count + 1, frame.Depth) : frame.Parent;
                    Push(rest, node.Items[frame.Count], 0, frame.Depth);
                    break;
                case GrammarNodeKind.Sequence:
                    Leave(frame);
                    break;
                default:
                    if (node.Max < 0)
                    {
                        Push(Make(frame.Parent, node, Math.Min(frame.Count + 1, node.Min), frame.Depth), node.Items[0], 0, frame.Depth);
                    }
                    else if (frame.Count < node.Max)
                    {
                        Push(frame.Count + 1 < node.Max ? Make(frame.Parent, node, frame.Count + 1, frame.Depth) : frame.Parent, node.Items[0], 0, frame.Depth);
                    }

                    if (frame.Count >= node.Min)
                    {
                        Leave(frame);
                    }

                    break;
            }
        }

        return Intern(accepts);

        void Leave(Frame frame)
        {
            if (frame.Parent is null)
            {
                accepts = true;
            }
            else
            {
                _work.Push(frame.Parent);
            }
        }
    }

    private void Push(Frame? parent, GrammarNode node, int count, int depth)
    {
        if (node.MinLength == GrammarNode.Never || depth + node.Nesting > _maxNesting)
        {
            return;
        }

        _work.Push(Make(parent, node, count, depth));
    }

    private Frame Make(Frame? parent, GrammarNode node, int count, int depth)
    {
        if (!_frames.TryGetValue((parent, node, count, depth), out Frame? frame))
        {
            frame = new Frame(_nextId++, parent, node, count, depth);
            _frames.Add((parent, node, count, depth), frame);
        }

        return frame;
    }

    private Frame Twin(Frame frame)
    {
        if (frame.Twin is null)
        {
            GrammarNode node = frame.Node;
            Frame? parent = frame.Parent is null ? null : Twin(frame.Parent);
            bool far = node.Kind == GrammarNodeKind.Repeat && node.Max >= 0 && frame.Count >= node.Min && node.Max - frame.Count > _reach;
            frame.Twin = Make(parent, node, far ? node.Max - _reach - 1 : frame.Count, frame.Depth);
        }

        return frame.Twin;
    }

    private Configuration Intern(bool accepts)
    {
        if (_tops.Count == 0 && !accepts)
        {
            return Dead;
        }

        if (_states.Count >= _maxStates)
        {
            _states.Clear();
            _frames.Clear();
            Array.Clear(Start.Next);
        }

        _tops.Sort(static (x, y) => x.Id.CompareTo(y.Id));
        var key = new StateKey([.. _tops], accepts);
        if (!_states.TryGetValue(key, out Configuration? state))
        {
            state = new Configuration(key.Frames, accepts);
            _states.Add(key, state);
        }

        return state;
    }
}
