using FsCheck.Xunit;
using SlmEdge.Tasks.Labels;

namespace SlmEdge.Tasks.Tests;

public sealed class LabelTrieTests
{
    [Fact]
    public void One_token_labels_are_the_children_of_the_root()
    {
        var trie = new LabelTrie([[7], [3], [5]]);

        trie.SingleToken.ShouldBeTrue();
        trie.MaxDepth.ShouldBe(1);
        trie.NodeCount.ShouldBe(4);
        trie.GetChildren(0).ToArray().Select(node => (node.Token, node.Label)).ShouldBe([(3, 1), (5, 2), (7, 0)]);
    }

    [Fact]
    public void Shared_beginnings_are_one_path_and_a_label_may_be_the_beginning_of_another()
    {
        var trie = new LabelTrie([[1, 2, 3], [1, 2], [1, 4]]);

        trie.NodeCount.ShouldBe(5);
        trie.MaxDepth.ShouldBe(3);
        trie.SingleToken.ShouldBeFalse();
        trie[trie.Find([1, 2])].Label.ShouldBe(1);
        trie[trie.Find([1, 2])].ChildCount.ShouldBe(1);
        trie[trie.Find([1])].Label.ShouldBe(-1);
        trie.Find([2]).ShouldBe(-1);
        trie.GetDepth(2).ShouldBe(2..4);
    }

    [Fact]
    public void Labels_with_the_same_tokens_are_refused() =>
        Should.Throw<ArgumentException>(() => new LabelTrie([[1, 2], [3], [1, 2]])).Message.ShouldContain("labels 0 and 2 have the same tokens");

    [Fact]
    public void Empty_labels_and_no_labels_are_refused()
    {
        Should.Throw<ArgumentException>(() => new LabelTrie([]));
        Should.Throw<ArgumentException>(() => new LabelTrie([[1], []])).Message.ShouldContain("label 1 has no tokens");
        Should.Throw<ArgumentException>(() => new LabelTrie([[1, -1]]));
    }

    [Property]
    public bool Every_label_is_found_at_its_node_and_its_path_is_its_tokens(List<List<byte>> raw)
    {
        int[][] labels = Distinct(raw);
        if (labels.Length == 0)
        {
            return true;
        }

        var trie = new LabelTrie(labels);
        return Enumerable.Range(0, labels.Length).All(label =>
        {
            int node = trie.GetLabelNode(label);
            var path = new int[trie[node].Depth];
            trie.CopyPath(node, path);
            return trie[node].Label == label && trie.Find(labels[label]) == node && path.SequenceEqual(labels[label]);
        });
    }

    [Property]
    public bool The_tree_has_one_node_for_every_distinct_beginning_and_nothing_else(List<List<byte>> raw)
    {
        int[][] labels = Distinct(raw);
        if (labels.Length == 0)
        {
            return true;
        }

        var trie = new LabelTrie(labels);
        int beginnings = labels.SelectMany(label => Enumerable.Range(1, label.Length).Select(n => string.Join(',', label[..n]))).Distinct().Count();
        bool linked = Enumerable.Range(0, trie.NodeCount).All(node =>
        {
            foreach (LabelTrieNode child in trie.GetChildren(node))
            {
                if (child.Parent != node || child.Depth != trie[node].Depth + 1)
                {
                    return false;
                }
            }

            return node == 0 || trie.FindChild(trie[node].Parent, trie[node].Token) == node;
        });
        return linked && trie.NodeCount == beginnings + 1 && trie.Nodes.ToArray().Count(node => node.Label >= 0) == labels.Length;
    }

    private static int[][] Distinct(List<List<byte>> raw) =>
    [
        // Few different tokens, so that labels share beginnings.
        .. raw.Where(label => label.Count > 0).Select(label => label.Select(token => token % 3).ToArray()).DistinctBy(label => string.Join(',', label)),
    ];
}
