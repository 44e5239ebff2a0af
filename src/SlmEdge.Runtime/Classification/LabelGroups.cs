using SlmEdge.Tasks;

namespace SlmEdge.Runtime.Classification;

/// <summary>
/// The tree of groups over a task's labels. A group's probability is the sum of its labels': the model never has to be asked again,
/// and department and queue cannot contradict each other.
/// </summary>
internal sealed class LabelGroups
{
    private readonly int[][] groupsOfLabel;
    private readonly List<Group> groups = [];

    public LabelGroups(TaskDefinition task)
    {
        var known = new Dictionary<(int Parent, string Name), int>();
        groupsOfLabel = new int[task.Labels.Count][];
        for (var label = 0; label < groupsOfLabel.Length; label++)
        {
            var path = new int[task.Labels[label].Groups.Count];
            var parent = -1;
            for (var level = 0; level < path.Length; level++)
            {
                var key = (parent, task.Labels[label].Groups[level]);
                if (!known.TryGetValue(key, out var group))
                {
                    group = groups.Count;
                    known.Add(key, group);
                    groups.Add(new Group(parent, key.Item2));
                }

                path[level] = parent = group;
            }

            groupsOfLabel[label] = path;
        }
    }

    public bool IsEmpty => groups.Count == 0;

    /// <summary>The groups of a label, the widest first.</summary>
    /// <param name="label">Index of the label.</param>
    /// <param name="logProbs">The labels' normalised log-probabilities.</param>
    public LabelScore[] Of(int label, ReadOnlySpan<float> logProbs)
    {
        var sums = Sum(logProbs);
        return [.. groupsOfLabel[label].Select(group => new LabelScore(groups[group].Name, sums[group]))];
    }

    /// <summary>From the widest level on always the likeliest group, as long as its probability reaches the threshold.</summary>
    /// <param name="threshold">A probability.</param>
    /// <param name="logProbs">The labels' normalised log-probabilities.</param>
    public LabelScore[] Descend(double threshold, ReadOnlySpan<float> logProbs)
    {
        var sums = Sum(logProbs);
        var path = new List<LabelScore>();
        for (var parent = -1; ;)
        {
            var best = -1;
            for (var group = 0; group < groups.Count; group++)
            {
                if (groups[group].Parent == parent && (best < 0 || sums[group] > sums[best]))
                {
                    best = group;
                }
            }

            if (best < 0 || sums[best] < threshold)
            {
                return [.. path];
            }

            path.Add(new LabelScore(groups[best].Name, sums[best]));
            parent = best;
        }
    }

    private double[] Sum(ReadOnlySpan<float> logProbs)
    {
        var sums = new double[groups.Count];
        for (var label = 0; label < groupsOfLabel.Length; label++)
        {
            foreach (var group in groupsOfLabel[label])
            {
                sums[group] += Math.Exp(logProbs[label]);
            }
        }

        return sums;
    }

    private readonly record struct Group(int Parent, string Name);
}
