const BARS = '▁▂▃▄▅▆▇█';

/** A small picture of a row of numbers, at most `width` characters; each stands for the largest of its part. */
export function sparkline(values: readonly number[], width: number): string {
  const columns = Math.min(width, values.length);
  const parts = Array.from({ length: columns }, (_, at) =>
    Math.max(
      ...values.slice(
        Math.floor((at * values.length) / columns),
        Math.floor(((at + 1) * values.length) / columns),
      ),
    ),
  );
  const most = Math.max(1, ...parts);
  return parts
    .map((value) =>
      value <= 0 ? ' ' : BARS[Math.min(BARS.length - 1, Math.floor((value / most) * BARS.length))],
    )
    .join('');
}
