/*
 * Looks for leaks: soak BUNDLE CACHE WARMUP CALLS makes so many calls, of all kinds that a classification has, and prints after the warm-up and at
 * the end, in one line each: handles, bytes in use in malloc, resident KiB.
 */
#define _GNU_SOURCE
#include <malloc.h>
#include <slmedge.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH 4

static const char *texts[] = {"The dog ran.", "It rained all day.", "She ate an apple.", "Tom was sad."};

static void expect(int condition, const char *what)
{
    if (!condition) {
        char message[1024];
        slm_last_error(message, sizeof message);
        fprintf(stderr, "%s: %s\n", what, message);
        exit(1);
    }
}

static slm_bundle *open_bundle(const char *path, const char *cache)
{
    slm_options options = {.size = sizeof options, .threads = 1, .cache_directory = cache};
    slm_bundle *bundle = NULL;
    expect(slm_open(path, &options, &bundle) == SLM_OK, "open");
    return bundle;
}

static long resident(void)
{
    long kib = -1;
    char line[256];
    FILE *file = fopen("/proc/self/status", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "VmRSS: %ld", &kib) == 1) {
            break;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return kib;
}

static void report(void)
{
    printf("%zu %zu %ld\n", slm_open_handles(), mallinfo2().uordblks, resident());
    fflush(stdout);
}

/* One call; every so often one that fails, a list, a switch, a description, and another bundle. */
static void call(slm_bundle *bundle, const char *path, const char *cache, int i)
{
    slm_decision decisions[BATCH];
    double scores[BATCH * 64];
    for (int k = 0; k < BATCH; k++) {
        decisions[k].size = sizeof *decisions;
    }
    const char *text = texts[i % BATCH];
    if (i % 1000 == 999) {
        slm_bundle *second = open_bundle(path, cache);
        expect(slm_close(second) == SLM_OK, "close");
    } else if (i % 10 == 3) {
        expect(slm_classify_many(bundle, texts, NULL, BATCH, NULL, decisions, scores, sizeof scores / sizeof *scores, NULL) == SLM_OK, "many");
    } else if (i % 10 == 5) {
        expect(slm_classify(bundle, "\xff", 1, NULL, decisions, NULL, 0) == SLM_INVALID_ARGUMENT, "not UTF-8");
    } else if (i % 10 == 7) {
        slm_cancel *cancel = NULL;
        expect(slm_cancel_create(&cancel) == SLM_OK, "create");
        expect(i % 20 != 7 || slm_cancel_now(cancel) == SLM_OK, "cancel");
        int32_t status = slm_classify(bundle, text, strlen(text), cancel, decisions, scores, sizeof scores / sizeof *scores);
        expect(status == (i % 20 == 7 ? SLM_CANCELLED : SLM_OK), "cancelled");
        expect(slm_cancel_free(cancel) == SLM_OK, "free");
    } else if (i % 10 == 9) {
        char info[4096];
        size_t needed;
        expect(slm_info(bundle, info, sizeof info, &needed) == SLM_OK, "info");
    } else {
        expect(slm_classify(bundle, text, strlen(text), NULL, decisions, scores, sizeof scores / sizeof *scores) == SLM_OK, "classify");
    }
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: %s BUNDLE CACHE WARMUP CALLS\n", argv[0]);
        return 2;
    }
    int warmup = atoi(argv[3]), calls = atoi(argv[4]);
    slm_bundle *bundle = open_bundle(argv[1], argv[2]);
    for (int i = 0; i < warmup; i++) {
        call(bundle, argv[1], argv[2], i);
    }
    report();
    for (int i = 0; i < calls; i++) {
        call(bundle, argv[1], argv[2], i);
    }
    report();
    expect(slm_close(bundle) == SLM_OK, "close");
    report();
    return 0;
}
