using System.CommandLine;
using SlmEdge.Datasets.Agreement;
using SlmEdge.Train.Display;

namespace SlmEdge.Train.Commands.Data;

/// <summary><c>slm-train data agreement</c>: how far annotators agree.</summary>
internal static class DataAgreementCommand
{
    public static Command Create()
    {
        var data = new Option<FileInfo[]>("--data") { Description = "One file with a column for each annotator, or one file for each of them", Required = true, AllowMultipleArgumentsPerToken = true };
        var annotators = new Option<string?>("--annotators") { Description = "Columns of the annotators, separated by commas" };
        var id = new Option<string?>("--id") { Description = "Column that joins the rows of several files; without it the text does" };
        var weights = new Option<KappaWeights>("--weights") { DefaultValueFactory = _ => KappaWeights.None, Description = "Weights of Cohen's kappa: none, linear or quadratic" }.Named();
        var order = new Option<string?>("--order") { Description = "The labels in their order, separated by commas; weights need it unless labels are numbers" };
        var show = new Option<int>("--show") { DefaultValueFactory = _ => 10, Description = "Most disputed rows to print" }.AtLeast(0);
        var json = new Option<bool>("--json") { Description = "Print the result as JSON" };
        var rows = new RowOptions();
        var command = new Command("agreement", "Cohen's and Fleiss' kappa of annotators, labels and disputed rows") { data, annotators, id, weights, order, show, json };
        rows.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            if (parsed.GetValue(data)!.Length == 1 && parsed.GetValue(annotators) is null)
            {
                throw new UsageException("One file needs --annotators: the columns to compare, such as --annotators ann,ben.");
            }

            AgreementResult result = AnnotatorAgreement.Run(
                new AgreementOptions
                {
                    DataFiles = [.. parsed.GetValue(data)!.Select(file => file.FullName)],
                    Annotators = List(parsed.GetValue(annotators)),
                    IdColumn = parsed.GetValue(id),
                    Weights = parsed.GetValue(weights),
                    Order = List(parsed.GetValue(order)),
                    Shown = parsed.GetValue(show),
                    Dataset = rows.Read(parsed),
                },
                cancellation);
            if (parsed.GetValue(json))
            {
                DataJson.Print(result);
            }
            else
            {
                DataDisplay.Print(result);
            }

            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    private static string[] List(string? value) => value?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
}
