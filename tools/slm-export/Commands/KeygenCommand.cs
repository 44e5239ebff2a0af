using System.CommandLine;
using SlmEdge.Bundles.Keys;

namespace SlmEdge.ExportTool.Commands;

/// <summary><c>slm-export keygen</c>: a pair of keys to sign bundles with.</summary>
internal static class KeygenCommand
{
    public static Command Create()
    {
        Option<string> output = CommonOptions.Output("Where the private key goes (PEM).");
        var open = new Option<string?>("--public") { Description = "Where the public key goes, for the devices; default: beside it, as NAME.pub.pem.", HelpName = "FILE" };
        var command = new Command("keygen", "Make a pair of ECDSA P-256 keys: the private one signs bundles ('bundle --sign'), devices trust the public one.") { output, open };
        command.SetAction((parsed, _) =>
        {
            string path = parsed.GetValue(output)!;
            string publicPath = parsed.GetValue(open) ?? Path.ChangeExtension(path, ".pub.pem");
            SigningKeyFiles.Create(path, publicPath);
            Console.WriteLine($"private key: {path} (keep it secret)\npublic key:  {publicPath}");
            return Task.FromResult(0);
        });
        return command;
    }
}
