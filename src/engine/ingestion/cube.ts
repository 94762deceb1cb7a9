import { AppError } from '#platform/errors.ts';

/** One side of a statistical cube. */
export interface CubeDimension {
  /** Name of the column of codes; null: there are none. */
  readonly id: string | null;
  /** Name of the column of labels. */
  readonly label: string;
  /** As many as there are labels; null: there are none. */
  readonly codes: readonly string[] | null;
  readonly labels: readonly string[];
}

export interface CubeCell {
  /** Empty where there is none. */
  readonly value: string;
  /** What the office says about the cell (`..`, `-`); mostly nothing. */
  readonly status: string;
}

/** A table of any number of dimensions; its cells stand in a row, those of the last dimension side by side. */
export interface Cube {
  readonly dimensions: readonly CubeDimension[];
  /** The units of all cells, or one for each place of a dimension; null: not told. */
  readonly unit: string | { readonly dimension: number; readonly texts: readonly string[] } | null;
  cell(at: number): CubeCell;
}

const MOST_CELLS = 50_000_000;
const PIECE_CHARACTERS = 256 * 1024;
const SPECIAL = /[",\r\n]/;

/**
 * The cube as CSV in UTF-8, a row for each cell: code and label of each dimension, UNIT where it is told, VALUE and
 * STATUS. The columns are those that the Central Statistics Office of Ireland gives its CSV files.
 */
export function* cubeText(cube: Cube): Generator<Buffer> {
  const { dimensions, unit } = cube;
  const columns = dimensions.map(columnsOf);
  let text = `${headerOf(cube)}\n`;
  const places = dimensions.map(() => 0);
  const cells = cellCount(cube);
  for (let at = 0; at < cells; at++) {
    for (const [dimension, place] of places.entries()) text += `${columns[dimension]?.[place]},`;
    if (unit !== null) text += `${csvCell(unitAt(unit, places))},`;
    const { value, status } = cube.cell(at);
    text += `${csvCell(value)},${csvCell(status)}\n`;
    advance(places, dimensions);
    if (text.length < PIECE_CHARACTERS) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(text);
}

/** Throws AppError unprocessable `cube_invalid` where there would be more than can be read. */
export function cellCount({ dimensions }: Pick<Cube, 'dimensions'>): number {
  const cells = dimensions.reduce((product, { labels }) => product * labels.length, 1);
  if (cells > MOST_CELLS) throw cubeInvalid(`it has ${cells} cells, and at most ${MOST_CELLS} are read`);
  return cells;
}

export function cubeInvalid(reason: string, cause?: unknown): AppError {
  const message = `The table cannot be read: ${reason}. Fetch it again, or fetch it as CSV.`;
  return new AppError('unprocessable', 'cube_invalid', message, undefined, { cause });
}

function headerOf({ dimensions, unit }: Cube): string {
  const names = dimensions.flatMap(({ id, label }) => {
    if (id === null) return [label];
    return [id, id.toLowerCase() === label.toLowerCase() ? `${label} Label` : label];
  });
  return [...names, ...(unit === null ? [] : ['UNIT']), 'VALUE', 'STATUS'].map(csvCell).join(',');
}

/** For each place of a dimension its cells. */
function columnsOf({ id, codes, labels }: CubeDimension): string[] {
  return labels.map((label, place) =>
    id === null ? csvCell(label) : `${csvCell(codes?.[place] ?? '')},${csvCell(label)}`,
  );
}

function unitAt(unit: NonNullable<Cube['unit']>, places: readonly number[]): string {
  if (typeof unit === 'string') return unit;
  return unit.texts[places[unit.dimension] ?? 0] ?? '';
}

/** The last dimension turns fastest. */
function advance(places: number[], dimensions: readonly CubeDimension[]): void {
  for (let at = places.length - 1; at >= 0; at--) {
    const next = (places[at] ?? 0) + 1;
    if (next < (dimensions[at]?.labels.length ?? 0)) {
      places[at] = next;
      return;
    }
    places[at] = 0;
  }
}

function csvCell(text: string): string {
  if (!SPECIAL.test(text)) return text;
  return `"${text.replaceAll(/\r\n|\r|\n/g, ' ').replaceAll('"', '""')}"`;
}
