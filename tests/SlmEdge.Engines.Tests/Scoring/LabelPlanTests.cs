using FsCheck.Xunit;
using SlmEdge.Engines.Scoring;
using SlmEdge.Tasks.Labels;

namespace SlmEdge.Engines.Tests.Scoring;

public sealed class LabelPlanTests
{
    [Property(MaxTest = 200)]
    public void Parts_cover_every_inner_node_within_the_limits(int seed, byte labelCount, byte paths, byte nodes)
    {
        var random = new Random(seed);
        var labels = Enumerable.Range(0, 1 + (labelCount % 40))
            .Select(_ => Enumerable.Range(0, 1 + random.Next(5)).Select(_ => random.Next(4)).ToArray())
            .DistinctBy(tokens => string.Join(' ', tokens))
            .ToArray();
        var trie = new LabelTrie(labels);
        var maxPaths = 1 + (paths % 9);
        var maxNodes = trie.MaxDepth + (nodes % 9);

        var parts = LabelPlan.Create(trie, maxPaths, maxNodes);

        var covered = new HashSet<int>();
        foreach (var part in parts)
        {
            part.PathCount.ShouldBeInRange(1, maxPaths);
            part.Nodes.Length.ShouldBeInRange(1, maxNodes);
            var index = part.Nodes.ToDictionary(node => node.Node);
            var seen = new HashSet<int>();
            foreach (var node in part.Nodes)
            {
                covered.Add(node.Node);
                seen.Add(node.Node).ShouldBeTrue();
                node.PathCount.ShouldBeGreaterThan(0);
                (node.FirstPath + node.PathCount).ShouldBeLessThanOrEqualTo(part.PathCount);
                var parent = trie[node.Node].Parent;
                if (parent != 0)
                {
                    // The parent comes first, and its sequences include the child's.
                    seen.ShouldContain(parent);
                    index[parent].FirstPath.ShouldBeLessThanOrEqualTo(node.FirstPath);
                    (index[parent].FirstPath + index[parent].PathCount).ShouldBeGreaterThanOrEqualTo(node.FirstPath + node.PathCount);
                }
            }

            // A sequence has one token per depth, without gaps.
            for (var path = 0; path < part.PathCount; path++)
            {
                var depths = part.Nodes.Where(node => path >= node.FirstPath && path < node.FirstPath + node.PathCount).Select(node => trie[node.Node].Depth).ToArray();
                depths.ShouldBe(Enumerable.Range(1, depths.Length));
            }
        }

        covered.Order().ShouldBe(Enumerable.Range(1, trie.NodeCount - 1).Where(node => trie[node].ChildCount > 0));
    }

    [Fact]
    public void A_label_longer_than_an_evaluation_is_refused()
    {
        var trie = new LabelTrie([[1, 2, 3, 4], [5]]);
        Should.Throw<EngineException>(() => LabelPlan.Create(trie, 4, 2)).Message.ShouldContain("4 tokens");
    }
}
