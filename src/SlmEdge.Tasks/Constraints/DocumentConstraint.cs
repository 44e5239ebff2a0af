using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using SlmEdge.Tasks.Constraints.Grammar;
using SlmEdge.Tasks.Extraction;

namespace SlmEdge.Tasks.Constraints;

/// <summary>
/// A schema over a vocabulary: for any beginning of a document, the tokens that may come next. Made once for a task and a model; what was
/// found out about a place in a document serves every later document. Safe for several threads.
/// </summary>
public sealed class DocumentConstraint
{
    private const int KeptStates = 20_000;
    private const long KeptMaskBytes = 64L << 20;

    private static readonly Vector256<int>[] Lanes = MakeLanes();

    private readonly Lock _lock = new();
    private readonly VocabularyTrie _vocabulary;
    private readonly ByteAutomaton _automaton;
    private readonly SpellingCost _spelling;
    private readonly int[] _endTokens;
    private readonly Configuration[] _path;
    private readonly byte[] _scratch;
    private readonly Configuration[] _run = new Configuration[PlainText.MaxCharacters + 1];
    private readonly List<WeakReference<Configuration>> _masked = [];
    private long _maskBytes;

    /// <summary>Prepares a schema for a vocabulary.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="vocabulary">The vocabulary.</param>
    /// <param name="endTokens">Tokens that end a text; they may come where the document is complete.</param>
    /// <param name="options">White space; null for the defaults.</param>
    /// <exception cref="TaskDefinitionException">The vocabulary cannot spell the shortest document.</exception>
    public DocumentConstraint(JsonSchema schema, VocabularyTrie vocabulary, IEnumerable<int> endTokens, DocumentOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(vocabulary);
        ArgumentNullException.ThrowIfNull(endTokens);
        _vocabulary = vocabulary;
        _spelling = new SpellingCost(vocabulary.All);
        _endTokens = [.. endTokens];
        _automaton = new ByteAutomaton(schema.Grammar(options ?? new DocumentOptions()), JsonSchema.MaxNesting, vocabulary.MaxTokenBytes, KeptStates);
        _path = new Configuration[vocabulary.MaxTokenBytes + 1];
        _scratch = new byte[MaskLength];
        MinTokens = Cost(_automaton.Start);
        if (MinTokens == int.MaxValue)
        {
            throw new TaskDefinitionException("the vocabulary has no tokens for the shortest document of the schema: it lacks tokens of single bytes", element: "schema");
        }

        // Every document begins here.
        Mask(_automaton.Twin(_automaton.Start));
    }

    /// <summary>Tokens of a shortest document; a budget below this is refused.</summary>
    public int MinTokens { get; }

    private int MaskLength => (_vocabulary.VocabularySize + 7) / 8;

    /// <summary>Begins a document.</summary>
    /// <param name="maxTokens">The most tokens that will be written.</param>
    /// <exception cref="TaskDefinitionException">No document of the schema is that short.</exception>
    public ITokenConstraint Begin(int maxTokens)
    {
        if (maxTokens < MinTokens)
        {
            throw new TaskDefinitionException($"a document of this schema takes at least {MinTokens} tokens, and only {maxTokens} may be written; allow more", element: "schema");
        }

        return new Document(this);
    }

    /// <summary>Whether some document begins with a text.</summary>
    internal bool Leads(ReadOnlySpan<byte> text)
    {
        lock (_lock)
        {
            Configuration state = _automaton.Start;
            foreach (byte value in text)
            {
                state = _automaton.Step(state, value);
            }

            return state != _automaton.Dead;
        }
    }

    private static Vector256<int>[] MakeLanes()
    {
        var lanes = new Vector256<int>[256];
        Span<int> lane = stackalloc int[8];
        for (int bits = 0; bits < 256; bits++)
        {
            for (int i = 0; i < 8; i++)
            {
                lane[i] = ((bits >> i) & 1) != 0 ? -1 : 0;
            }

            lanes[bits] = Vector256.Create<int>(lane);
        }

        return lanes;
    }

    private Configuration Advance(Configuration state, int token)
    {
        ReadOnlySpan<byte> bytes = _vocabulary.BytesOf(token);
        if (bytes.IsEmpty)
        {
            return _automaton.Dead;
        }

        foreach (byte value in bytes)
        {
            state = _automaton.Step(state, value);
        }

        return state;
    }

    private void Apply(Configuration state, Span<float> logits, int remaining)
    {
        if (logits.Length < _vocabulary.VocabularySize)
        {
            throw new ArgumentException($"{logits.Length} logits for a vocabulary of {_vocabulary.VocabularySize} tokens", nameof(logits));
        }

        Span<float> ends = stackalloc float[_endTokens.Length];
        for (int i = 0; i < ends.Length; i++)
        {
            ends[i] = logits[_endTokens[i]];
        }

        lock (_lock)
        {
            if (remaining < Cost(state))
            {
                throw new TaskDefinitionException($"{remaining} tokens do not complete the document; {Cost(state)} are needed", element: "schema");
            }

            TokenMask mask = Mask(_automaton.Twin(state));
            if (mask.MaxCost < remaining)
            {
                Keep(logits, mask.Bits);
            }
            else
            {
                Walk(_automaton.Twin(state), remaining - 1, _scratch);
                Keep(logits, _scratch);
            }
        }

        for (int i = 0; i < ends.Length; i++)
        {
            logits[_endTokens[i]] = state.Accepts ? ends[i] : float.NegativeInfinity;
        }
    }

    private static void Keep(Span<float> logits, ReadOnlySpan<byte> bits)
    {
        int at = 0;
        Vector256<float> never = Vector256.Create(float.NegativeInfinity);
        for (; at + 8 <= logits.Length && at / 8 < bits.Length; at += 8)
        {
            byte kept = bits[at / 8];
            if (kept != 255)
            {
                ref float first = ref logits[at];
                Vector256.ConditionalSelect(Lanes[kept].AsSingle(), Vector256.LoadUnsafe(ref first), never).StoreUnsafe(ref first);
            }
        }

        for (; at < logits.Length; at++)
        {
            if (at / 8 >= bits.Length || ((bits[at / 8] >> (at & 7)) & 1) == 0)
            {
                logits[at] = float.NegativeInfinity;
            }
        }
    }

    private TokenMask Mask(Configuration state)
    {
        if (state.Mask is null)
        {
            var bits = new byte[MaskLength];
            int most = Walk(state, int.MaxValue - 1, bits);
            Forget(bits.Length);
            state.Mask = new TokenMask(bits, most);
            _masked.Add(new WeakReference<Configuration>(state));
        }

        return state.Mask;
    }

    private void Forget(int added)
    {
        _maskBytes += added;
        if (_maskBytes <= KeptMaskBytes)
        {
            return;
        }

        foreach (WeakReference<Configuration> reference in _masked)
        {
            if (reference.TryGetTarget(out Configuration? state))
            {
                state.Mask = null;
            }
        }

        _masked.Clear();
        _maskBytes = added;
    }

    /// <summary>Marks the tokens after which at most so many more complete the document.</summary>
    /// <returns>The most that one of them needs.</returns>
    private int Walk(Configuration state, int most, byte[] bits)
    {
        Array.Clear(bits);
        return FindRun(state) is { } length
            ? Math.Max(MarkPlain(length, most, bits), Walk(_vocabulary.NotPlain, state, most, bits))
            : Walk(_vocabulary.All, state, most, bits);
    }

    /// <summary>
    /// Within a string that may hold anything, and where no text may stand at all, plain characters are all alike: the states after one, two
    /// and more of them, as far as they live, are written to <see cref="_run"/>.
    /// </summary>
    /// <returns>How many states; null where the characters differ.</returns>
    private int? FindRun(Configuration state)
    {
        for (int length = 1; length <= _vocabulary.MaxPlainCharacters; length++)
        {
            if (_automaton.AfterPlain(state) is not { } next)
            {
                return null;
            }

            if (next == _automaton.Dead)
            {
                return length - 1;
            }

            _run[length] = state = next;
        }

        return _vocabulary.MaxPlainCharacters;
    }

    private int MarkPlain(int length, int most, byte[] bits)
    {
        int highest = 0;
        for (int characters = 1; characters <= length; characters++)
        {
            if (_vocabulary.Plain(characters) is { } tokens && Cost(_run[characters]) is var cost && cost <= most)
            {
                highest = Math.Max(highest, cost);
                TensorPrimitives.BitwiseOr<byte>(bits, tokens, bits);
            }
        }

        return highest;
    }

    private int Walk(TokenTrie trie, Configuration state, int most, byte[] bits)
    {
        ReadOnlySpan<byte> labels = trie.Labels;
        ReadOnlySpan<byte> depths = trie.Depths;
        ReadOnlySpan<int> ends = trie.Ends;
        Configuration dead = _automaton.Dead;
        Configuration[] path = _path;
        path[0] = state;
        int highest = 0;
        for (int node = 1; node < labels.Length;)
        {
            int depth = depths[node];
            Configuration next = _automaton.Step(path[depth - 1], labels[node]);
            if (next == dead)
            {
                node = ends[node];
                continue;
            }

            path[depth] = next;
            ReadOnlySpan<int> tokens = trie.TokensAt(node);
            if (tokens.Length > 0 && Cost(next) is var cost && cost <= most)
            {
                highest = Math.Max(highest, cost);
                foreach (int token in tokens)
                {
                    bits[token >> 3] |= (byte)(1 << (token & 7));
                }
            }

            node++;
        }

        return highest;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Cost(Configuration state) => state.Cost >= 0 ? state.Cost : FindCost(state);

    private int FindCost(Configuration state) => state.Cost = _automaton.Shortest(state) is { } text ? _spelling.Count(text) : int.MaxValue;

    /// <summary>One document that is being written.</summary>
    private sealed class Document(DocumentConstraint owner) : ITokenConstraint
    {
        private Configuration _state = owner._automaton.Start;

        public bool CanEnd => _state.Accepts;

        public bool MustEnd => _state.Accepts && _state.Frames.Length == 0;

        public void Apply(Span<float> logits, int remainingTokens) => owner.Apply(_state, logits, remainingTokens);

        public void Accept(int token)
        {
            if (Array.IndexOf(owner._endTokens, token) >= 0 && _state.Accepts)
            {
                return;
            }

            lock (owner._lock)
            {
                Configuration next = owner.Advance(_state, token);
                _state = next != owner._automaton.Dead
                    ? next
                    : throw new ArgumentException($"token {token} must not come here; choose one that Apply left", nameof(token));
            }
        }
    }
}
