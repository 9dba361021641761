"""The pyramid by its definition: numpy, one level from the level before, no code shared with the converter."""

import functools
import itertools

import numpy as np


def blocks(array: np.ndarray, factors: tuple[int, ...]):
    """The elements of each block along a new first axis, and which of them exist: edges are padded."""
    shape = [-(-n // f) for n, f in zip(array.shape, factors)]
    values, exists = [], []
    for offset in itertools.product(*map(range, factors)):
        part = np.zeros(shape, array.dtype)
        there = np.zeros(shape, bool)
        taken = array[tuple(slice(o, None, f) for o, f in zip(offset, factors))]
        inside = tuple(slice(0, n) for n in taken.shape)
        part[inside], there[inside] = taken, True
        values.append(part)
        exists.append(there)
    return np.stack(values), np.stack(exists)


def mean(array: np.ndarray, factors: tuple[int, ...]) -> np.ndarray:
    """The mean of what exists; integers rounded half to even in exact arithmetic, floats ignoring NaN.

    Sums of floats depend on their order, which is part of the definition: in double, along x, then y, then z.
    """
    values, exists = blocks(array, factors)
    if array.dtype.kind == "f":
        exists &= ~np.isnan(values)
        total = np.where(exists, values, 0).astype(np.float64).reshape(*factors, *values.shape[1:])
        for axis in reversed(range(len(factors))):
            total = functools.reduce(np.add, np.moveaxis(total, axis, 0))
        count = exists.sum(0)
        with np.errstate(invalid="ignore", divide="ignore"):
            return (total / count).astype(array.dtype)
    # Python integers for 64 bits: their sums do not fit.
    wide = object if array.dtype.itemsize == 8 else np.int64
    total = np.where(exists, values, 0).astype(wide).sum(0)
    count = exists.sum(0).astype(wide)
    quotient = total // count
    rest = (total - quotient * count) * 2
    up = (rest > count) | ((rest == count) & (quotient % 2 == 1))
    return (quotient + up).astype(array.dtype)


def nearest(array: np.ndarray, factors: tuple[int, ...]) -> np.ndarray:
    """The first element of each block."""
    return array[tuple(slice(None, None, f) for f in factors)]


def mode(array: np.ndarray, factors: tuple[int, ...]) -> np.ndarray:
    """The most frequent value; among equally frequent ones the smallest that is not zero."""
    values, exists = blocks(array, factors)
    best, best_count = np.zeros(values.shape[1:], values.dtype), np.zeros(values.shape[1:], int)
    for candidate, there in zip(values, exists):
        count = ((values == candidate) & exists).sum(0) * there
        smaller = (candidate != 0) & ((best == 0) | (candidate < best))
        wins = (count > best_count) | ((count == best_count) & smaller)
        best, best_count = np.where(wins, candidate, best), np.where(wins, count, best_count)
    return best


def ordered(array: np.ndarray, factors: tuple[int, ...], place) -> np.ndarray:
    """The value at a place among the sorted ones of each block that exist and are not NaN, given their number."""
    values, exists = blocks(array, factors)
    if array.dtype.kind == "f":
        exists &= ~np.isnan(values)
    flat, there = values.reshape(len(values), -1).T, exists.reshape(len(values), -1).T
    chosen = [sorted(v[e])[place(e.sum())] if e.any() else np.nan for v, e in zip(flat, there)]
    return np.array(chosen, array.dtype).reshape(values.shape[1:])


def median(array: np.ndarray, factors: tuple[int, ...]) -> np.ndarray:
    """The value in the middle; of an even number the lower of the two."""
    return ordered(array, factors, lambda count: (count - 1) // 2)


def smallest(array: np.ndarray, factors: tuple[int, ...]) -> np.ndarray:
    """The smallest value."""
    return ordered(array, factors, lambda count: 0)


def largest(array: np.ndarray, factors: tuple[int, ...]) -> np.ndarray:
    """The largest value."""
    return ordered(array, factors, lambda count: count - 1)


METHODS = {"mean": mean, "median": median, "mode": mode, "min": smallest, "max": largest, "nearest": nearest}


def pyramid(pixels: np.ndarray, scales: list[list[float]], method: str = "mean") -> list[np.ndarray]:
    """All levels, each made of the one before by the factor between their scales."""
    levels = [pixels]
    for finer, coarser in itertools.pairwise(scales):
        levels.append(METHODS[method](levels[-1], tuple(round(b / a) for a, b in zip(finer, coarser))))
    return levels
