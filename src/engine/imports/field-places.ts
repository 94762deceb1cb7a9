import type { FieldPlace } from './judge-stage.query.ts';
import type { OpenedImport } from './open-import.ts';
import type { Resource } from './resource.ts';

/** Where each field stands in each file of an upload, for errors that are found after reading. */
export function fieldPlaces({ files, isArchive }: OpenedImport, { fields }: Resource): readonly FieldPlace[] {
  return files.flatMap(({ source, format, plan: { header, places } }) =>
    fields.map(({ name: field }, at) => {
      const place = places[at] ?? -1;
      const isColumn = format !== 'ndjson' && place >= 0;
      return {
        entry: isArchive ? source.name : null,
        field,
        columnIndex: isColumn ? place + 1 : null,
        column: isColumn ? (header[place] ?? null) : null,
      };
    }),
  );
}
