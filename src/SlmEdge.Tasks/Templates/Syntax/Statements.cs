namespace SlmEdge.Tasks.Templates.Syntax;

/// <summary>A statement of the template language.</summary>
internal abstract record Statement(SourcePosition Position);

internal sealed record TextStatement(SourcePosition Position, TemplateText Text) : Statement(Position);

internal sealed record PrintStatement(SourcePosition Position, Expression Value) : Statement(Position);

/// <summary>The branches of <c>if</c> and <c>elif</c>; that of <c>else</c> has no test.</summary>
internal sealed record IfStatement(SourcePosition Position, IReadOnlyList<(Expression? Test, IReadOnlyList<Statement> Body)> Branches) : Statement(Position);

internal sealed record ForStatement(
    SourcePosition Position,
    AssignmentTarget Target,
    Expression Iterable,
    Expression? Filter,
    bool Recursive,
    IReadOnlyList<Statement> Body,
    IReadOnlyList<Statement> Else) : Statement(Position);

internal sealed record SetStatement(SourcePosition Position, AssignmentTarget Target, Expression Value) : Statement(Position);

/// <summary><c>{% set name %} … {% endset %}</c>, through filters if there are any.</summary>
internal sealed record CaptureStatement(SourcePosition Position, AssignmentTarget Target, FilterExpression? Filter, IReadOnlyList<Statement> Body) : Statement(Position);

internal sealed record MacroStatement(SourcePosition Position, Macro Macro) : Statement(Position);

/// <summary><c>{% call %}</c>: calls a macro that may call the body as <c>caller()</c>.</summary>
internal sealed record CallStatement(SourcePosition Position, CallExpression Call, Macro Caller) : Statement(Position);

internal sealed record FilterStatement(SourcePosition Position, FilterExpression Filter, IReadOnlyList<Statement> Body) : Statement(Position);

internal sealed record WithStatement(SourcePosition Position, IReadOnlyList<(AssignmentTarget Target, Expression Value)> Assignments, IReadOnlyList<Statement> Body) : Statement(Position);

/// <summary><c>{% generation %}</c>: marks what the model has to write.</summary>
internal sealed record GenerationStatement(SourcePosition Position, IReadOnlyList<Statement> Body) : Statement(Position);

internal sealed record BreakStatement(SourcePosition Position) : Statement(Position);

internal sealed record ContinueStatement(SourcePosition Position) : Statement(Position);

/// <summary>A macro or the body of a call block.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Parameters">Its parameters and their defaults.</param>
/// <param name="Body">What it renders.</param>
/// <param name="TakesMore">Whether the body reads <c>varargs</c>, and so any number of arguments is allowed.</param>
/// <param name="TakesMoreNamed">Whether the body reads <c>kwargs</c>.</param>
internal sealed record Macro(
    string Name, IReadOnlyList<(string Name, Expression? Default)> Parameters, IReadOnlyList<Statement> Body, bool TakesMore, bool TakesMoreNamed);

/// <summary>What is assigned to: names, an attribute of a namespace, or several of them by unpacking.</summary>
/// <param name="Position">Where it stands.</param>
/// <param name="Name">The name; null where several are unpacked.</param>
/// <param name="Attribute">The attribute, of <c>namespace.attribute</c>.</param>
/// <param name="Parts">The targets of an unpacking.</param>
internal sealed record AssignmentTarget(SourcePosition Position, string? Name, string? Attribute, IReadOnlyList<AssignmentTarget> Parts);
