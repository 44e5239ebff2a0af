using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SlmEdge.Worker.Access;
using SlmEdge.Worker.Http;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.Metrics;

/// <summary><c>GET /metrics</c>: what the service has done since it started, for Prometheus and for the page.</summary>
internal sealed class MetricsEndpoints(ServiceMetrics metrics, IServingEngine engine, DurableState? state) : IEndpointGroup
{
    private readonly DateTimeOffset started = DateTimeOffset.UtcNow;

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/metrics", WriteAsync).RequireRole(Role.Ask);

    private Task WriteAsync(HttpContext context)
    {
        var text = new PrometheusText();
        var bundle = engine.Bundle;
        text.Gauge(
            "slm_edge_info",
            "What is served.",
            1,
            ("task", bundle.Manifest.Task.Name),
            ("bundle", bundle.Manifest.Name),
            ("version", bundle.Manifest.Version),
            ("engine", bundle.Engine),
            ("file", bundle.File));
        text.Gauge("slm_edge_ready", "Whether the engine can answer.", engine.Health == EngineHealth.Ready ? 1 : 0);
        text.Gauge("slm_edge_start_time_seconds", "When the service started, in seconds since 1970.", started.ToUnixTimeMilliseconds() / 1000.0);
        text.Gauge("slm_edge_waiting_requests", "Requests in front of the engine.", engine.Waiting);
        text.Gauge("slm_edge_resident_memory_bytes", "Resident memory of the service's own process.", Environment.WorkingSet);
        text.Counter("slm_edge_cpu_seconds_total", "Processor time of the service's own process.", Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds);
        text.Counters("slm_edge_requests_total", "Requests by what they ask for.", "operation", metrics.Requests);
        text.Counters("slm_edge_failures_total", "Requests that failed, by reason.", "reason", metrics.Failures);
        text.Counters("slm_edge_decisions_total", "Decisions by their best label.", "label", metrics.Labels);
        text.Counter("slm_edge_abstentions_total", "Decisions without a label.", metrics.Abstentions);
        text.Counter("slm_edge_truncated_total", "Texts whose end was cut off.", metrics.Truncated);
        text.Counter("slm_edge_text_tokens_total", "Tokens of classified texts, without the shared prefix.", metrics.TextTokens);
        text.Counter("slm_edge_prompt_tokens_total", "Tokens of prompts that were answered.", metrics.PromptTokens);
        text.Counter("slm_edge_cached_tokens_total", "Those of them that were in the memory already.", metrics.CachedTokens);
        text.Counter("slm_edge_answer_tokens_total", "Tokens that were written.", metrics.AnswerTokens);
        text.Histogram("slm_edge_queue_seconds", "From the call to the start of the evaluation.", metrics.Queue);
        text.Histogram("slm_edge_prefill_seconds", "From there to the decision, or to the first token.", metrics.Prefill);
        text.Histogram("slm_edge_decode_seconds", "From the first token to the last.", metrics.Decode);
        text.Histogram("slm_edge_batch_requests", "Requests evaluated together.", metrics.Batch);
        text.Histogram("slm_edge_confidence", "Calibrated probability of the best label.", metrics.Confidence);
        if (state is not null)
        {
            text.Gauge("slm_edge_storage_ready", "Whether the disk takes jobs and the journal.", state.Trouble is null ? 1 : 0);
            text.Counter("slm_edge_journal_missed_total", "Entries that the disk did not take.", state.Journal.Missed);
        }

        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        return context.Response.WriteAsync(text.ToString(), context.RequestAborted);
    }
}
