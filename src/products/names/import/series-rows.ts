import type { CopyEncoder } from '#platform/postgres/binary.ts';
import type { SeriesBuilder } from './series-builder.ts';

/** What all series of one group have in common. */
export interface SeriesGroup {
  readonly releaseNo: number;
  readonly areaNo: number;
  readonly gender: string;
}

/** Writes the series of a group as rows of `SERIES_COPY`; the builder is empty afterwards. */
export function writeSeriesRows(encoder: CopyEncoder, builder: SeriesBuilder, group: SeriesGroup): void {
  const { releaseNo, areaNo, gender } = group;
  builder.finish((years, counts, each) => {
    each((nameNumber, start, end) => {
      encoder.beginRow(6);
      encoder.int4(areaNo);
      encoder.int4(nameNumber);
      encoder.int4(releaseNo);
      encoder.text(gender);
      encoder.int2Array(years, start, end);
      encoder.int4Array(counts, start, end);
    });
  });
}
