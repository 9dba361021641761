#include "CFuzzer.h"

// SwiftPM gives every executable a `main` of its own, so libFuzzer, which would bring one, is called by its other door.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*body)(const uint8_t *start, size_t count));

int run_fuzzer(int argc, char **argv, int (*body)(const uint8_t *start, size_t count)) {
    return LLVMFuzzerRunDriver(&argc, &argv, body);
}
