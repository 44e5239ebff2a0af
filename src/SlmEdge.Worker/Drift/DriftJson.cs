using System.Text.Json;
using SlmEdge.Bundles.Drift;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.Drift;

/// <summary>The comparison and its alarms as JSON.</summary>
internal static class DriftJson
{
    public static void Write(Utf8JsonWriter json, ServedBundle bundle, DriftMonitor? monitor, IReadOnlyList<DriftAlarm> alarms)
    {
        json.WriteStartObject();
        json.WriteString("bundle", bundle.Manifest.Name);
        json.WriteString("version", bundle.Manifest.Version);
        json.WriteBoolean("reference", monitor is not null);
        if (monitor is not null)
        {
            Write(json, bundle, monitor);
        }

        json.WriteStartArray("alarms");
        foreach (var alarm in alarms)
        {
            json.WriteStartObject();
            json.WriteBoolean("begins", alarm.Change.Begins);
            WriteFields(json, alarm);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void WriteFields(Utf8JsonWriter json, DriftAlarm alarm)
    {
        json.WriteString("time", alarm.Time.UtcDateTime);
        json.WriteString("bundle", alarm.Bundle);
        json.WriteString("version", alarm.Version);
        json.WriteString("statistic", DriftAlarm.Name(alarm.Change.Statistic));
        json.WriteNumber("value", Round(alarm.Change.Value));
        json.WriteNumber("threshold", Round(alarm.Change.Threshold));
        json.WriteNumber("texts", alarm.Change.Texts);
    }

    public static void WriteAccuracy(Utf8JsonWriter json, DriftAccuracy? accuracy)
    {
        if (accuracy is null)
        {
            return;
        }

        json.WriteStartObject("accuracy");
        json.WriteNumber("estimate", Round(accuracy.Estimate));
        json.WriteNumber("low", Round(accuracy.Low));
        json.WriteNumber("high", Round(accuracy.High));
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ServedBundle bundle, DriftMonitor monitor)
    {
        var (reference, now) = (monitor.Reference, monitor.Read());
        json.WriteNumber("referenceRows", reference.Rows);
        json.WriteNumber("referenceAccuracy", Round(reference.Accuracy));
        json.WriteNumber("texts", now.Texts);
        json.WriteNumber("inWindow", now.InWindow);
        json.WriteNumber("window", reference.Window);
        json.WriteStartObject("falseAlarms");
        json.WriteNumber("rate", reference.FalseAlarms.Rate);
        json.WriteNumber("texts", reference.FalseAlarms.Texts);
        json.WriteEndObject();
        json.WriteStartArray("statistics");
        foreach (var reading in now.Readings)
        {
            json.WriteStartObject();
            json.WriteString("name", DriftAlarm.Name(reading.Statistic));
            json.WriteNumber("value", Round(reading.Value));
            json.WriteNumber("threshold", Round(reading.Threshold));
            json.WriteNumber("usual", Round(reading.Usual));
            json.WriteBoolean("alarm", reading.IsAlarm);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteAccuracy(json, now.Accuracy);
        json.WriteStartArray("labels");
        var labels = bundle.Manifest.Task.Labels;
        var before = reference.LabelShares;
        for (var i = 0; i < labels.Count; i++)
        {
            json.WriteStartObject();
            json.WriteString("label", labels[i].Name);
            json.WriteNumber("reference", Round(before[i]));
            json.WriteNumber("window", now.InWindow == 0 ? 0 : Round((double)now.Labels[i] / now.InWindow));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static double Round(double value) => Math.Round(value, 4);
}
