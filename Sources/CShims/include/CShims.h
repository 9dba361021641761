#pragma once

#include "tiff_shims.h"
#include "zarr_crc32c.h"
