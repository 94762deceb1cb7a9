import type { CopyStream } from './copy-stream.ts';
import type { SeriesBuilder } from './series-builder.ts';

/** What all series of one group have in common. */
export interface SeriesGroup {
  readonly releaseNo: number;
  readonly areaNo: number;
  readonly gender: string;
}

/** Written before the server is waited for: some hundred kilobytes. */
const NAMES_AT_A_TIME = 4096;

/** Writes the series of a group as rows of `SERIES_COPY`; the builder is empty afterwards. */
export async function writeSeriesRows(
  copy: CopyStream,
  builder: SeriesBuilder,
  { releaseNo, areaNo, gender }: SeriesGroup,
): Promise<void> {
  const { encoder } = copy;
  const { years, counts, length, each } = builder.finish();
  for (let from = 0; from < length; from += NAMES_AT_A_TIME) {
    each(from, from + NAMES_AT_A_TIME, (nameNumber, start, end) => {
      encoder.beginRow(6);
      encoder.int4(areaNo);
      encoder.int4(nameNumber);
      encoder.int4(releaseNo);
      encoder.text(gender);
      encoder.int2Array(years, start, end);
      encoder.int4Array(counts, start, end);
    });
    await copy.ready();
  }
}
