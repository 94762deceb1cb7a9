import type { ApiClient, Single } from './api-client.ts';
import { type Followed, type ImportWay, printFirstErrors } from './import-files.ts';
import { countText, print } from './output.ts';
import { isAddress, sendAddress } from './send-address.ts';
import { uploadFile } from './upload-file.ts';

export interface NamesImportOptions {
  readonly country?: string;
  readonly parser?: string;
  readonly profile?: string;
  readonly year?: string;
  readonly gender?: string;
  readonly area?: string;
  readonly edition?: string;
  readonly mode?: string;
  readonly maxErrors?: string;
  readonly maxErrorRatio?: string;
  readonly allowDuplicate?: true;
  readonly dryRun?: true;
  readonly strict?: true;
}

interface Dataset extends Followed {
  readonly id: string;
  readonly published: boolean;
  readonly dry_run: boolean;
  readonly changes: {
    readonly slices: Readonly<Record<'new' | 'revised', number>>;
    readonly names: Readonly<Record<'new' | 'gone' | 'revised', number>>;
  } | null;
  readonly row_count: number | null;
  readonly skipped_count: number | null;
  readonly error_count: number | null;
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
}

type Accepted = Single<{ readonly dataset_id: string }>;

/** Files of statistical offices, which become datasets; a file may be an address that the server fetches. */
export function namesImport(options: NamesImportOptions): ImportWay<Dataset> {
  return {
    probe: '/v1/datasets',
    noun: 'dataset',
    async send(api, file, onSent) {
      const path = '/v1/datasets';
      const fields = fieldsOf(options);
      const { data } = isAddress(file)
        ? await sendAddress<Accepted>(api, { path, body: { ...typed(fields), url: file } })
        : await uploadFile<Accepted>(api, { path, file, fields, onSent });
      return data.dataset_id;
    },
    find: async (api, id) => (await api.get<Single<Dataset>>(`/v1/datasets/${id}`)).data,
    outcome(dataset) {
      const { row_count: rows, skipped_count: skipped, error_count: refused } = dataset;
      const counts = `${countText(rows ?? 0)} rows, ${countText(skipped ?? 0)} skipped, ${countText(refused ?? 0)} refused`;
      return `${counts}; ${endOf(dataset)}`;
    },
    async tell(api, id, dataset) {
      await printDetails(api, id, dataset);
      return dataset.status === 'completed' && !(options.strict && dataset.error_count);
    },
  };
}

function fieldsOf(options: NamesImportOptions): Record<string, string | undefined> {
  return {
    country_id: options.country,
    parser: options.parser,
    profile: options.profile,
    year: options.year,
    gender: options.gender,
    area: options.area,
    metadata: options.edition === undefined ? undefined : JSON.stringify({ edition: options.edition }),
    mode: options.mode,
    max_errors: options.maxErrors,
    max_error_ratio: options.maxErrorRatio,
    allow_duplicate: options.allowDuplicate && 'true',
    dry_run: options.dryRun && 'true',
  };
}

/** The fields of a form as JSON has them; what is no number goes as it is, and the server says so. */
function typed(fields: Readonly<Record<string, string | undefined>>): object {
  const texts = ['country_id', 'parser', 'profile', 'gender', 'area', 'mode'];
  const said = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    said.map(([field, value = '']) => [field, texts.includes(field) ? value : parsed(value)]),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function endOf(dataset: Dataset): string {
  if (dataset.status !== 'completed') {
    const { error_code: code, error_message: message } = dataset;
    return [dataset.status, ...(code ? [`${code}: ${message ?? ''}`] : [])].join(', ');
  }
  if (dataset.dry_run) return `a dry run, so nothing is published${wouldChange(dataset)}`;
  if (dataset.published) return `published as dataset ${dataset.id}`;
  return `waiting; "affirm-name datasets publish ${dataset.id}" lets its numbers count`;
}

function wouldChange({ id, changes }: Dataset): string {
  if (!changes) return '';
  const { slices, names } = changes;
  const inSlices = `${slices.new} slices would be new, ${slices.revised} revised`;
  if (slices.revised === 0) return `; ${inSlices}`;
  const inNames = `${names.new} names new, ${names.gone} gone, ${names.revised} with other counts`;
  return `; ${inSlices} (${inNames}): "affirm-name datasets diff ${id}"`;
}

async function printDetails(api: ApiClient, id: string, dataset: Dataset): Promise<void> {
  const { error_count: refused, warnings } = dataset;
  if (refused) {
    const command = `affirm-name datasets errors ${id}`;
    await printFirstErrors(api, { path: `/v1/datasets/${id}/errors`, refused, command });
  }
  for (const { code, message } of warnings) print(`  warning ${code}: ${message}`);
}
