namespace SlmEdge.Formats.Onnx.Operators;

/// <summary>The form of a node.</summary>
/// <param name="Operator">The operator.</param>
/// <param name="Domain">Its operator set.</param>
/// <param name="Required">The first inputs, which have to be there.</param>
/// <param name="MostInputs">The largest number of inputs.</param>
/// <param name="MostOutputs">The largest number of outputs.</param>
/// <param name="Attributes">All attributes that it may have.</param>
internal sealed record OnnxOperatorRule(string Operator, string Domain, int Required, int MostInputs, int MostOutputs, params OnnxAttributeRule[] Attributes)
{
    /// <summary>What is wrong with a node of this operator, or null.</summary>
    public string? Refuse(OnnxNode node)
    {
        if (node.Inputs.Count < Required || node.Inputs.Count > MostInputs || node.Inputs.Take(Required).Any(input => input.Length == 0))
        {
            return $"has to have {Required} to {MostInputs} inputs, of which the first {Required} are there";
        }

        if (node.Outputs.Count == 0 || node.Outputs.Count > MostOutputs || node.Outputs[0].Length == 0)
        {
            return $"has to have 1 to {MostOutputs} outputs";
        }

        foreach (OnnxAttribute attribute in node.Attributes)
        {
            OnnxAttributeRule? rule = Array.Find(Attributes, one => one.Name == attribute.Name);
            string? wrong = rule is null ? "is not one that this library knows" : rule.Refuse(attribute);
            if (wrong is not null)
            {
                return $"the attribute '{attribute.Name}' {wrong}";
            }
        }

        return Array.Find(Attributes, rule => rule.Required && node.Attributes.All(one => one.Name != rule.Name)) is { } missing ? $"the attribute '{missing.Name}' is missing" : null;
    }
}
