using SlmEdge.Benchmarks.Adapters;
using SlmEdge.Benchmarks.Classification;
using SlmEdge.Benchmarks.CommandLine;
using SlmEdge.Benchmarks.Constraints;
using SlmEdge.Benchmarks.Data;
using SlmEdge.Benchmarks.Durability;
using SlmEdge.Benchmarks.Fleet;
using SlmEdge.Benchmarks.Fuzzing;
using SlmEdge.Benchmarks.Generation;
using SlmEdge.Benchmarks.HttpFuzzing;
using SlmEdge.Benchmarks.Isolation;
using SlmEdge.Benchmarks.Memory;
using SlmEdge.Benchmarks.Models;
using SlmEdge.Benchmarks.Quantization;
using SlmEdge.Benchmarks.SameAnswer;
using SlmEdge.Benchmarks.Serving;
using SlmEdge.Benchmarks.Soak;
using SlmEdge.Benchmarks.Training;

var benchmarks = new Dictionary<string, Action<BenchmarkArguments>>(StringComparer.Ordinal)
{
    ["nf4"] = Nf4Benchmark.Run,
    ["blocks"] = BlockBenchmark.Run,
    ["constraints"] = ConstraintBenchmark.Run,
    ["classify-batching"] = ClassifyBatchingBenchmark.Run,
    ["classify-node"] = ClassifyNodeBenchmark.Run,
    ["same-answer"] = SameAnswerBenchmark.Run,
    ["score-scheduled"] = ScheduledBenchmark.Run,
    ["adapters"] = AdapterBenchmark.Run,
    ["classify-server"] = ClassifyServerBenchmark.Run,
    ["load"] = LoadBenchmark.Run,
    ["start"] = StartBenchmark.Run,
    ["memory"] = ResidentMemoryBenchmark.Run,
    [ResidentMemoryBenchmark.StepCommand] = ResidentMemoryBenchmark.Step,
    ["journal"] = JournalBenchmark.Run,
    ["kill"] = KillBenchmark.Run,
    ["soak"] = SoakBenchmark.Run,
    ["fleet"] = FleetBenchmark.Run,
    [FleetWorker.Command] = FleetWorker.Run,
    ["isolation"] = IsolationBenchmark.Run,
    ["fuzz"] = FuzzBenchmark.Run,
    ["http-fuzz"] = HttpFuzzBenchmark.Run,
    ["serve-throughput"] = ServeThroughputBenchmark.Run,
    ["fuzz-native"] = NativeFuzzBenchmark.Run,
    [NativeFuzzWorker.Command] = _ => NativeFuzzWorker.Run(),
    ["generate"] = GenerateBenchmark.Run,
    ["random-model"] = RandomCheckpoint.Run,
    ["train-packing"] = TrainPackingBenchmark.Run,
    ["data-large"] = DataLargeBenchmark.Run,
    [DataWork.Command] = DataWork.Run,
    [TrainingLoop.Command] = TrainingLoop.Run,
    ["qlora-memory"] = QloraMemoryBenchmark.Run,
    [QloraStep.Command] = QloraStep.Run,
    ["export-memory"] = ExportMemoryBenchmark.Run,
    [ExportMemoryBenchmark.StepCommand] = ExportMemoryBenchmark.RunStep,
};

if (args.Length == 0 || !benchmarks.TryGetValue(args[0], out var benchmark))
{
    Console.Error.WriteLine(
        """
        Usage: dotnet run -c Release --project tests/SlmEdge.Benchmarks -- NAME [options]

          nf4                [--megabytes N]            NF4 against a plain memory copy, one core
          blocks                                        blocks of deployed files against a plain memory copy, one core
          constraints        --vocabulary DIR|FILE.gguf  masks of our schemas against llama.cpp's grammar sampler
          classify-batching  MODEL                      prefix sharing and batching against one whole prompt at a time
          classify-node      MODEL                      our llama.cpp engine against node-llama-cpp on the same GGUF
          same-answer        MODEL [--decisions N]      the same decisions alone and for 64 clients at once, in both modes
          score-scheduled    MODEL                      the scheduler in both modes against the engine's own batched scoring
          adapters           MODEL                      texts/s with 1, 2 and 8 adapters interleaved, and what a switch costs
          classify-server    MODEL --server PATH [--clients N] [--server-gguf FILE --server-task FILE]
                                                        our runtime against llama-server with prompt cache and a label grammar
          load               MODEL [--clients N] [--minutes N] [--queue N]
                                                        many clients at full load: errors, waiting times, memory after the first minute and at the end
          start              MODEL --slm-edge PATH --llama PATH [--c-program PATH]
                                                        process start to the first decision, against llama.cpp's to its first token
          memory             MODEL [--slm-edge PATH] [--context N]
                                                        resident memory against weights, key-value memory and 60 MB
          journal            --bundle x.slmb --data test.jsonl [--clients N] [--requests N] [--folder DIR]
                                                        requests to a service with a decision journal against one without
          kill               --slm-edge PATH --bundle x.slmb [--times N] [--minutes N] [--seed N] [--folder DIR]
                                                        the service and its engine killed at random under load from jobs, folder, RabbitMQ
                                                        and clients: nothing lost, nothing twice, the journal whole
          soak               --slm-edge PATH --bundle x.slmb[,y.slmb] [--minutes N] [--samples x.csv] [--folder DIR]
                                                        mixed load on services: waiting times, errors, memory, handles and threads of service and engine
          fleet              --bundle x.slmb [--milliseconds N] [--messages N] [--prefetch N]
                                                        1, 2, 4 and 8 workers with a slow model on one RabbitMQ queue, and the law of their throughput
          isolation          --slm-edge PATH --bundle x.slmb --data test.jsonl [--clients N]
                                                        the engine in a process of its own against one in this process
          fuzz               --bundle x.slmb [--count N] [--seed N] [--targets A,B]
                                                        mutated files against the checks before native code
          http-fuzz          --bundle x.slmb [--requests N] [--seed N] [--clients N]
                                                        malformed requests over raw connections against the HTTP service
          serve-throughput   MODEL --server PATH [--clients N]
                                                        texts over HTTP against the library's own batch, llama-server beside it
          fuzz-native        --bundle x.slmb [--gguf FILE] [--count N] [--seed N] [--targets A,B] [--keep DIR]
                                                        mutated files through the checks into the engines, in processes of their own
          generate           --gguf FILE --llama-bench PATH and/or --onnx DIR [--dtype fp32|q4] [--prompt N] [--tokens N]
                                                        prompt and writing speed against llama-bench and transformers.js
          random-model       --shape NAME --tokenizer DIR [--vocabulary N] [--end-token ID] --folder DIR
                                                        a model with random weights and a real tokenizer, to measure the device side with
          train-packing      [--base DIR] [--task FILE --train FILE | --dialogues FILE [--max-length N]] [--batch N] [--steps N] [--learning-rate X]
                                                        packed LoRA step against padded ones: our binding's, and PyTorch's
          qlora-memory       --shape NAME [--tokens N] [--rank N] [--optimizers adamw,adamw8bit] [--folder DIR]
                                                        peak memory of loading and of one QLoRA step, random weights
          export-memory      --shape NAME [--forms f16,q4_k_m,int4] [--folder DIR]
                                                        seconds and peak memory of exports, random weights
                                                        NAME is smollm2-135m, qwen2.5-0.5b, qwen2.5-3b, qwen2.5-7b or llama-3.2-1b; DIR keeps the model
          data-large         [--rows N] [--folder DIR] [--only NAME,…] [--memory MIB]
                                                        data dedupe, check, split, … on generated rows; exact dedupe beside sort and Python

        MODEL is  --bundle x.slmb [--gguf PATH_IN_BUNDLE] --data test.jsonl
              or  --gguf model.gguf and/or --onnx DIR, --task task.json --data test.jsonl
              and  [--texts N] [--labels-in-prompt yes|no]  (a long prefix; timing only if not trained with it)
        All: --repetitions N, --threads N (default 1). Pin to a core with 'taskset -c 0'.
        """);
    return 2;
}

try
{
    benchmark(new BenchmarkArguments(args[1..]));
    return 0;
}
catch (BenchmarkException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
