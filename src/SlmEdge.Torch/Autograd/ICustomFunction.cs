namespace TorchSharp.Native;

/// <summary>A custom function without its type parameter, as the callbacks see it.</summary>
internal interface ICustomFunction
{
    string Name { get; }

    List<torch.Tensor> Forward(torch.autograd.AutogradContext context, object[] arguments);

    List<torch.Tensor> Backward(torch.autograd.AutogradContext context, List<torch.Tensor> gradients);
}
