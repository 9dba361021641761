#pragma once
#include <stddef.h>
#include <stdint.h>

/// Runs libFuzzer with the program's arguments; it calls `body` with one input after the other.
/// Returns the program's exit status.
int run_fuzzer(int argc, char **argv, int (*body)(const uint8_t *start, size_t count));
