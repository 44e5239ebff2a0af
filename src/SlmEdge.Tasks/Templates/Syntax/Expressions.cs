namespace SlmEdge.Tasks.Templates.Syntax;

/// <summary>An expression of the template language.</summary>
internal abstract record Expression(SourcePosition Position);

internal sealed record LiteralExpression(SourcePosition Position, Values.TemplateValue Value) : Expression(Position);

internal sealed record NameExpression(SourcePosition Position, string Name) : Expression(Position);

internal sealed record ListExpression(SourcePosition Position, IReadOnlyList<Expression> Items, bool IsTuple) : Expression(Position);

internal sealed record DictionaryExpression(SourcePosition Position, IReadOnlyList<(Expression Key, Expression Value)> Entries) : Expression(Position);

/// <summary><c>not</c>, <c>-</c> or <c>+</c>.</summary>
internal sealed record UnaryExpression(SourcePosition Position, string Operator, Expression Operand) : Expression(Position);

/// <summary>Arithmetic and <c>~</c>.</summary>
internal sealed record BinaryExpression(SourcePosition Position, string Operator, Expression Left, Expression Right) : Expression(Position);

/// <summary><c>and</c>, <c>or</c>: the right side is evaluated only where it decides.</summary>
internal sealed record LogicalExpression(SourcePosition Position, bool IsAnd, Expression Left, Expression Right) : Expression(Position);

/// <summary>A chain of comparisons; <c>a &lt; b &lt; c</c> means both.</summary>
internal sealed record ComparisonExpression(SourcePosition Position, Expression First, IReadOnlyList<(string Operator, Expression Operand)> Rest) : Expression(Position);

/// <summary><c>Then if Test else Else</c>; without <c>else</c> undefined where the test fails.</summary>
internal sealed record ConditionalExpression(SourcePosition Position, Expression Test, Expression Then, Expression? Else) : Expression(Position);

/// <summary><c>Target.Name</c>: the attribute, and where there is none the element.</summary>
internal sealed record AttributeExpression(SourcePosition Position, Expression Target, string Name) : Expression(Position);

/// <summary><c>Target[Index]</c>: the element, and where there is none the attribute.</summary>
internal sealed record ItemExpression(SourcePosition Position, Expression Target, Expression Index) : Expression(Position);

internal sealed record SliceExpression(SourcePosition Position, Expression Target, Expression? Start, Expression? Stop, Expression? Step) : Expression(Position);

internal sealed record CallExpression(SourcePosition Position, Expression Target, ArgumentList Arguments) : Expression(Position);

/// <summary>A filter; without an operand it is that of a <c>{% filter %}</c> or <c>{% set %}</c> block, whose text it gets.</summary>
internal sealed record FilterExpression(SourcePosition Position, Expression? Operand, string Name, ArgumentList Arguments) : Expression(Position);

internal sealed record TestExpression(SourcePosition Position, Expression Operand, string Name, ArgumentList Arguments, bool Negated) : Expression(Position);

/// <summary>Arguments of a call, a filter or a test.</summary>
internal sealed record ArgumentList(
    IReadOnlyList<Expression> Positional, IReadOnlyList<(string Name, Expression Value)> Named, Expression? Spread = null, Expression? NamedSpread = null)
{
    public static ArgumentList Empty { get; } = new([], []);
}
