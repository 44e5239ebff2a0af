/*
 * Classifies the texts that are given: classify [--engine llama|onnx] BUNDLE TEXT... prints for each the label, the confidence and every
 * label's probability, separated by tabs. An abstention prints "-".
 */
#include <slmedge.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int fail(const char *what)
{
    char message[1024];
    slm_last_error(message, sizeof message);
    fprintf(stderr, "%s: %s\n", what, message);
    return 1;
}

static int print_label(slm_bundle *bundle, int32_t label)
{
    char name[256];
    size_t needed;
    if (label < 0) {
        fputs("-", stdout);
        return 0;
    }
    if (slm_label(bundle, label, name, sizeof name, &needed) != SLM_OK) {
        return fail("label");
    }
    fputs(name, stdout);
    return 0;
}

static int classify(slm_bundle *bundle, char **texts, int count)
{
    size_t labels;
    if (slm_label_count(bundle, &labels) != SLM_OK) {
        return fail("labels");
    }
    double *scores = calloc(labels > 0 ? labels : 1, sizeof *scores);
    if (scores == NULL) {
        fputs("out of memory\n", stderr);
        return 1;
    }
    int result = 0;
    for (int i = 0; i < count && result == 0; i++) {
        slm_decision decision = {.size = sizeof decision};
        if (slm_classify(bundle, texts[i], strlen(texts[i]), NULL, &decision, scores, labels) != SLM_OK) {
            result = fail("classify");
            break;
        }
        result = print_label(bundle, decision.label);
        printf("\t%.17g", decision.confidence);
        for (size_t label = 0; label < labels; label++) {
            printf("\t%.17g", scores[label]);
        }
        putchar('\n');
    }
    free(scores);
    return result;
}

int main(int argc, char **argv)
{
    slm_options options = {.size = sizeof options, .threads = 1};
    const char *program = argv[0];
    if (argc > 2 && strcmp(argv[1], "--engine") == 0) {
        options.engine = strcmp(argv[2], "onnx") == 0 ? SLM_ENGINE_ONNX : SLM_ENGINE_LLAMA;
        argv += 2;
        argc -= 2;
    }
    if (argc < 3) {
        fprintf(stderr, "usage: %s [--engine llama|onnx] BUNDLE TEXT...\n", program);
        return 2;
    }
    slm_bundle *bundle = NULL;
    if (slm_open(argv[1], &options, &bundle) != SLM_OK) {
        return fail("open");
    }
    int result = classify(bundle, argv + 2, argc - 2);
    if (slm_close(bundle) != SLM_OK) {
        return fail("close");
    }
    return result;
}
