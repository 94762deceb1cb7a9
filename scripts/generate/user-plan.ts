export const FORMATS = ['csv', 'ndjson'] as const;

export interface UserPlan {
  readonly rows: number;
  readonly seed: number;
  readonly format: (typeof FORMATS)[number];
  /** Rows in a hundred that have the address of an earlier row, 0 to 50. */
  readonly repeats: number;
}

/** How many of the first `rows` rows have an address of their own: user `n` is the first row with `firstsBefore(n + 1) > n`. */
export function firstsBefore({ repeats }: UserPlan, rows: number): number {
  return rows - Math.floor((rows * repeats) / 100);
}
