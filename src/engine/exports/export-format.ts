export const EXPORT_FORMATS = ['csv', 'tsv', 'ndjson', 'json'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export const COMPRESSIONS = ['none', 'gzip'] as const;
export type Compression = (typeof COMPRESSIONS)[number];

export const PRESETS = ['excel'] as const;
export type Preset = (typeof PRESETS)[number];

const CONTENT_TYPES: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  tsv: 'text/tab-separated-values; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
  json: 'application/json; charset=utf-8',
};

/** What a file is, apart from its rows. */
export interface FileForm {
  readonly format: ExportFormat;
  readonly compression: Compression;
}

export function contentType({ format, compression }: FileForm): string {
  return compression === 'gzip' ? 'application/gzip' : CONTENT_TYPES[format];
}

/** `.csv`, `.ndjson.gz` */
export function fileExtension({ format, compression }: FileForm): string {
  return compression === 'gzip' ? `.${format}.gz` : `.${format}`;
}

export function isDelimited(format: ExportFormat): format is 'csv' | 'tsv' {
  return format === 'csv' || format === 'tsv';
}
