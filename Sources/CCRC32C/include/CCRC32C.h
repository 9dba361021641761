#pragma once
#include <stddef.h>
#include <stdint.h>

/* CRC-32C (Castagnoli, reflected 0x82F63B78) of `count` bytes, going on from `crc` (0 at the start). */
uint32_t zarr_crc32c(uint32_t crc, const void *bytes, size_t count);

/* The same by tables, whatever the processor; for tests. */
uint32_t zarr_crc32c_tables(uint32_t crc, const void *bytes, size_t count);
