/* Classifies the texts that are given: classify BUNDLE TEXT... prints the index of its label and the confidence, one line a text. */
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

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: %s BUNDLE TEXT...\n", argv[0]);
        return 2;
    }
    slm_options options = {.size = sizeof options, .threads = 1};
    slm_bundle *bundle = NULL;
    if (slm_open(argv[1], &options, &bundle) != SLM_OK) {
        return fail("open");
    }
    for (int i = 2; i < argc; i++) {
        slm_decision decision = {.size = sizeof decision};
        double scores[1024];
        if (slm_classify(bundle, argv[i], strlen(argv[i]), NULL, &decision, scores, sizeof scores / sizeof *scores) != SLM_OK) {
            slm_close(bundle);
            return fail("classify");
        }
        printf("%d\t%.17g\n", decision.label, decision.confidence);
    }
    return slm_close(bundle) == SLM_OK ? 0 : fail("close");
}
