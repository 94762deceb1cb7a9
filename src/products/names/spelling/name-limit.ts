/** Distinct names that one sort can tell apart: a place in name order takes 22 bits beside a count of 31, exact below 2^53. */
export const MAX_NAMES = 0x400000;
