using SlmEdge.Formats.JsonLines;
using SlmEdge.Tasks.Data;

namespace SlmEdge.Tasks.Tests;

public sealed class TaskTemplateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_labels_of_a_file_make_a_task()
    {
        string path = _folder.Write("orders.csv", "text,kind\na,Pump\nb,Engine\nc,Pump\n");
        TaskTemplate template = TaskTemplate.FromFile(path, new ReaderOptions { LabelColumn = "kind" });
        template.Task.Name.ShouldBe("orders");
        template.Task.Labels.Select(label => label.Name).ShouldBe(["Engine", "Pump"]);
        template.LabelCounts.ShouldBe([1, 2]);
        template.Examples.ShouldBe(3);
        TaskDefinition.Parse(template.Task.ToJson()).Sha256.ShouldBe(template.Task.Sha256);
    }

    [Fact]
    public void A_column_of_ids_is_not_taken_for_labels()
    {
        string path = _folder.Write("d.csv", "text,label\n" + string.Concat(Enumerable.Range(0, 50).Select(i => $"t,{i}\n")));
        Should.Throw<DataFormatException>(() => TaskTemplate.FromFile(path)).Message.ShouldContain("does not look like a label column");
    }

    [Fact]
    public void One_label_is_no_task() =>
        Should.Throw<TaskDefinitionException>(() => TaskTemplate.FromFile(_folder.Write("d.csv", "text,label\na,x\nb,x\n"))).Message.ShouldContain("at least two");
}
