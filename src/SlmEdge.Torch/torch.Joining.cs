using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Tensors one after the other along a dimension that they have.</summary>
    public static Tensor cat(IList<Tensor> tensors, long dim = 0) => Aten.Cat.Call(Together(tensors), dim);

    /// <summary>Tensors one after the other along a dimension that they have.</summary>
    public static Tensor cat(Tensor[] tensors, long dim = 0) => Aten.Cat.Call(tensors, dim);

    /// <summary>Tensors one after the other along a dimension that they have.</summary>
    public static Tensor cat(ReadOnlySpan<Tensor> tensors, long dim = 0) => Aten.Cat.Call(tensors.ToArray(), dim);

    /// <summary>Tensors one after the other along a dimension that they have.</summary>
    public static Tensor concat(IList<Tensor> tensors, long dim = 0) => cat(tensors, dim);

    /// <summary>Tensors one after the other along a new dimension.</summary>
    public static Tensor stack(IEnumerable<Tensor> tensors, long dim = 0) => Aten.Stack.Call(Together(tensors), dim);

    /// <summary>The element of <paramref name="x"/> where the condition is true, else that of <paramref name="y"/>; broadcast.</summary>
    public static Tensor where(Tensor condition, Tensor x, Tensor y) => Aten.WhereSelf.Call(condition, x, y);

    /// <summary>Sums of products by an equation in Einstein's notation, such as <c>"bhqd,bhkd->bhqk"</c>.</summary>
    public static Tensor einsum(string equation, params Tensor[] tensors) => Aten.Einsum.Call(equation, tensors);

    private static Tensor[] Together(IEnumerable<Tensor> tensors) => tensors as Tensor[] ?? [.. tensors];
}
