using SlmEdge.Formats.Protobuf;

namespace SlmEdge.Formats.Onnx;

/// <summary>Reads a pair of texts, as metadata and the places of external data are kept.</summary>
internal static class OnnxEntryParser
{
    public static (string Key, string Value) Read(WireReader reader)
    {
        string key = string.Empty;
        string value = string.Empty;
        while (reader.Next(out int field))
        {
            switch (field)
            {
                case OnnxFields.Entry.Key:
                    key = reader.Text();
                    break;
                case OnnxFields.Entry.Value:
                    value = reader.Text();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return (key, value);
    }
}
