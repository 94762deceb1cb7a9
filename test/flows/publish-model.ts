/** Lines `Mary,F,10` by year. */
export type YearCounts = Readonly<Record<number, readonly string[]>>;

type Rows = ReadonlyMap<string, number>;

interface Dataset {
  /** `name → count` by `year gender`. */
  readonly slices: ReadonlyMap<string, Rows>;
  readonly edition: string | null;
  /** When it was published last; null: it waits. */
  published: number | null;
  deletedDaysAgo: number | null;
}

/** What a command is refused with; undefined: it is carried out. */
type Refusal = string | undefined;

/** The whole of the rules in a few lines: the living dataset published last supplies a slice. */
export interface Model {
  /** Returns the codes of the reasons for which the numbers wait; none: they are published. */
  upload(id: string, years: YearCounts, edition: string | null): string[];
  publish(id: string): Refusal;
  delete(id: string): Refusal;
  restore(id: string): Refusal;
  reprocess(id: string): Refusal;
  passTime(days: number): void;
  /** What is deleted for 30 days is gone. */
  purge(): void;
  ids(): string[];
  list(year: number, gender: string): string[];
  trend(name: string, gender: string): Record<number, number | null>;
}

export function createModel(): Model {
  const datasets = new Map<string, Dataset>();
  let clock = 0;

  const get = (id: string): Dataset => datasets.get(id) as Dataset;
  const isDeleted = ({ deletedDaysAgo }: Dataset): boolean => deletedDaysAgo !== null;

  function supplierOf(slice: string): Dataset | undefined {
    return [...datasets.values()]
      .filter((dataset) => !isDeleted(dataset) && dataset.published !== null && dataset.slices.has(slice))
      .sort((a, b) => (b.published ?? 0) - (a.published ?? 0))[0];
  }

  const rowsOf = (slice: string): Rows | undefined => supplierOf(slice)?.slices.get(slice);

  function doubtsAbout({ slices, edition }: Dataset): string[] {
    const doubts = new Set<string>();
    for (const [slice, rows] of slices) {
      const present = supplierOf(slice);
      const presentRows = present?.slices.get(slice);
      if (!present || !presentRows) continue;
      if (edition !== null && present.edition !== null && edition < present.edition)
        doubts.add('older_edition');
      if (rows.size * 2 < presentRows.size || sum(rows) * 2 < sum(presentRows)) doubts.add('slice_shrinks');
    }
    return [...doubts].sort();
  }

  return {
    upload(id, years, edition) {
      const stated = Object.keys(years);
      const dataset: Dataset = {
        slices: slicesOf(years),
        edition: edition ?? (stated.length > 1 ? (stated.toSorted().at(-1) ?? null) : null),
        published: null,
        deletedDaysAgo: null,
      };
      const doubts = doubtsAbout(dataset);
      if (doubts.length === 0) dataset.published = ++clock;
      datasets.set(id, dataset);
      return doubts;
    },
    publish(id) {
      if (isDeleted(get(id))) return 'dataset_deleted';
      get(id).published = ++clock;
      return undefined;
    },
    delete(id) {
      get(id).deletedDaysAgo ??= 0;
      return undefined;
    },
    restore(id) {
      const { deletedDaysAgo } = get(id);
      if (deletedDaysAgo !== null && deletedDaysAgo >= 30) return 'restore_expired';
      get(id).deletedDaysAgo = null;
      return undefined;
    },
    reprocess: (id) => (isDeleted(get(id)) ? 'dataset_deleted' : undefined),
    passTime(days) {
      for (const dataset of datasets.values())
        if (dataset.deletedDaysAgo !== null) dataset.deletedDaysAgo += days;
    },
    purge() {
      for (const [id, { deletedDaysAgo }] of datasets) if ((deletedDaysAgo ?? 0) >= 30) datasets.delete(id);
    },
    ids: () => [...datasets.keys()],
    list(year, gender) {
      const rows = [...(rowsOf(`${year} ${gender}`) ?? [])];
      return rows
        .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
        .map(([name, count]) => `${name} ${count}`);
    },
    trend(name, gender) {
      const slices = new Set([...datasets.values()].flatMap((dataset) => [...dataset.slices.keys()]));
      const points = [...slices]
        .filter((slice) => slice.endsWith(gender) && supplierOf(slice))
        .map((slice): [number, number | null] => [
          Number.parseInt(slice, 10),
          rowsOf(slice)?.get(name) ?? null,
        ]);
      return Object.fromEntries(points);
    },
  };
}

function slicesOf(years: YearCounts): Map<string, Rows> {
  const slices = new Map<string, Map<string, number>>();
  for (const [year, lines] of Object.entries(years)) {
    for (const line of lines) {
      const [name = '', gender, count] = line.split(',');
      const key = `${year} ${gender}`;
      slices.set(key, (slices.get(key) ?? new Map<string, number>()).set(name, Number(count)));
    }
  }
  return slices;
}

function sum(rows: Rows): number {
  return [...rows.values()].reduce((total, count) => total + count, 0);
}
