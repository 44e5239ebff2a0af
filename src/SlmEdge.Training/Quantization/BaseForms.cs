using SlmEdge.Formats.Gguf;

namespace SlmEdge.Training.Quantization;

/// <summary>What is known of each <see cref="BaseForm"/>.</summary>
public static class BaseForms
{
    private static readonly (BaseForm Form, string Name, GgmlType? Projections)[] Rows =
    [
        (BaseForm.Nf4, "nf4", null),
        (BaseForm.Q4_0, "q4_0", GgmlType.Q4_0),
        (BaseForm.Q8_0, "q8_0", GgmlType.Q8_0),
        (BaseForm.IQ4_NL, "iq4_nl", GgmlType.IQ4_NL),
        (BaseForm.Q4_K, "q4_k", GgmlType.Q4_K),
        (BaseForm.Int4Onnx, "int4-onnx", null),
    ];

    /// <summary>The spellings on command lines and in files.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Rows.Select(r => r.Name)];

    /// <summary>The spelling of a form.</summary>
    /// <param name="form">The form.</param>
    public static string Name(this BaseForm form) => Rows.First(r => r.Form == form).Name;

    /// <summary>Reads a spelling.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="TrainingException">There is no such form.</exception>
    public static BaseForm Parse(string name)
    {
        var row = Array.FindIndex(Rows, r => r.Name == name);
        return row >= 0 ? Rows[row].Form : throw new TrainingException($"'{name}' is no form of a base; there are {string.Join(", ", Names)}.");
    }

    /// <summary>Whether a device runs these very blocks from a GGUF file.</summary>
    /// <param name="form">The form.</param>
    public static bool IsGguf(this BaseForm form) => Rows.First(r => r.Form == form).Projections is not null;

    /// <summary>The type that gives a GGUF file of this form its name.</summary>
    /// <param name="form">A form of GGUF.</param>
    public static GgmlType ProjectionType(this BaseForm form) =>
        Rows.First(r => r.Form == form).Projections ?? throw new ArgumentOutOfRangeException(nameof(form), form, "Not a form of GGUF.");

    /// <summary>
    /// The type of a tensor in a GGUF file of this form. Embedding and head are Q8_0, since in 4 bits they cost a small model more accuracy than all
    /// projections together; rows that do not divide into a type's blocks take the next larger type into which they do.
    /// </summary>
    /// <param name="form">A form of GGUF.</param>
    /// <param name="projection">Whether the tensor is a projection; otherwise it is embedding or head.</param>
    /// <param name="columns">Input features.</param>
    public static GgmlType MatrixType(this BaseForm form, bool projection, long columns) =>
        new[] { projection ? form.ProjectionType() : GgmlType.Q8_0, GgmlType.Q8_0, GgmlType.F16 }.First(type => columns % GgmlTypes.BlockSize(type) == 0);
}
