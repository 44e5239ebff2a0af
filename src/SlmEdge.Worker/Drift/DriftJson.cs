using System.Text.Json;
using SlmEdge.Bundles.Drift;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.Drift;

/// <summary>The comparison and its alarms as JSON.</summary>
internal static class DriftJson
{
    public static void Write(Utf8JsonWriter json, ServedBundle bundle, DriftWatch watch, IReadOnlyList<AdapterInfo> loaded)
    {
        var own = watch.Own(bundle);
        json.WriteStartObject();
        json.WriteString("bundle", bundle.Manifest.Name);
        json.WriteString("version", bundle.Manifest.Version);
        json.WriteBoolean("reference", own is not null);
        if (own is not null)
        {
            Write(json, own);
        }

        json.WriteStartArray("adapters");
        foreach (var adapter in watch.AdaptersOf(loaded))
        {
            json.WriteStartObject();
            json.WriteString("adapter", adapter.Adapter);
            json.WriteString("version", adapter.Version);
            Write(json, adapter);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("leftOut", watch.LeftOut);
        json.WriteStartArray("alarms");
        foreach (var alarm in watch.Alarms)
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
        if (alarm.Adapter is not null)
        {
            json.WriteString("adapter", alarm.Adapter);
        }

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

    private static void Write(Utf8JsonWriter json, WatchedModel watched)
    {
        var (reference, now) = (watched.Monitor.Reference, watched.Monitor.Read());
        json.WriteNumber("referenceRows", reference.Rows);
        if (reference.Accuracy is { } accuracy)
        {
            json.WriteNumber("referenceAccuracy", Round(accuracy));
        }

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
        if (reference.LabelCount > 0)
        {
            WriteLabels(json, watched, now);
        }
    }

    private static void WriteLabels(Utf8JsonWriter json, WatchedModel watched, DriftSummary now)
    {
        json.WriteStartArray("labels");
        var before = watched.Monitor.Reference.LabelShares;
        for (var i = 0; i < before.Count; i++)
        {
            json.WriteStartObject();
            json.WriteString("label", watched.Labels[i]);
            json.WriteNumber("reference", Round(before[i]));
            json.WriteNumber("window", now.InWindow == 0 ? 0 : Round((double)now.Labels[i] / now.InWindow));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static double Round(double value) => Math.Round(value, 4);
}
