import { numberText } from './number-text.ts';
import { cellCount, type Cube, type CubeCell, type CubeDimension, cubeInvalid } from './cube.ts';

/** The parts of a JSON-stat dataset that are read, each of them still to be checked. */
interface Dataset {
  readonly id?: unknown;
  readonly size?: unknown;
  readonly dimension: Readonly<Record<string, unknown>>;
  readonly value: unknown;
  readonly status?: unknown;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * The cube in a JSON text: JSON-stat 2 (`class: dataset`) or the dataset of an older one. Undefined for other JSON, and
 * for what is none. Throws AppError unprocessable `cube_invalid` where its sizes do not agree.
 */
export function readJsonStat(text: string): Cube | undefined {
  const dataset = findDataset(text);
  if (dataset === undefined) return undefined;
  const { id, size } = layoutOf(dataset);
  const units = new Map<number, readonly string[]>();
  const dimensions = id.map((name, at) => {
    const { dimension, unit } = readDimension(name, asObject(dataset.dimension[name]));
    if (dimension.labels.length !== size[at]) {
      const said = `"${name}" has ${dimension.labels.length} places, and its size is ${String(size[at])}`;
      throw cubeInvalid(said);
    }
    if (unit !== null) units.set(at, unit);
    return dimension;
  });
  const cells = cellCount({ dimensions });
  checkLength(dataset.value, cells, 'value');
  checkLength(dataset.status, cells, 'status');
  const [measured] = units;
  return {
    dimensions,
    unit: measured === undefined ? null : { dimension: measured[0], texts: measured[1] },
    cell: cellReader(dataset),
  };
}

function findDataset(text: string): Dataset | undefined {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return undefined;
  }
  const whole = asObject(content);
  const dataset = whole['class'] === 'dataset' ? whole : asObject(whole['dataset']);
  const { dimension, value } = dataset;
  if (typeof dimension !== 'object' || dimension === null || value === undefined) return undefined;
  return { ...dataset, dimension: dimension as Json, value };
}

/** Since version 2 beside the dimensions, before among them. */
function layoutOf({ id, size, dimension }: Dataset): { id: readonly string[]; size: readonly unknown[] } {
  const names = id ?? dimension['id'];
  const sizes = size ?? dimension['size'];
  if (!Array.isArray(names) || !Array.isArray(sizes) || names.length !== sizes.length) {
    throw cubeInvalid('its dimensions and their sizes are not listed');
  }
  return { id: names.map(String), size: sizes };
}

function readDimension(
  id: string,
  dimension: Json,
): { dimension: CubeDimension; unit: readonly string[] | null } {
  const { index, label, unit } = asObject(dimension['category']);
  const labels = asObject(label);
  const codes = codesOf(index, labels);
  const units = asObject(unit);
  return {
    dimension: {
      id,
      label: textOf(dimension['label']) ?? id,
      codes,
      labels: codes.map((code) => textOf(labels[code]) ?? code),
    },
    unit: unit === undefined ? null : codes.map((code) => textOf(asObject(units[code])['label']) ?? ''),
  };
}

/** A list, or the place of each code; a dimension of one place needs neither. */
function codesOf(index: unknown, labels: Json): string[] {
  if (Array.isArray(index)) return index.map(String);
  const places = Object.entries(asObject(index));
  if (places.length === 0) return Object.keys(labels);
  return places.sort(([, one], [, other]) => Number(one) - Number(other)).map(([code]) => code);
}

/** Dense lists hold every cell, sparse ones name its place. */
function checkLength(list: unknown, cells: number, what: string): void {
  if (list === undefined || typeof list === 'string') return;
  if (Array.isArray(list)) {
    // One status may stand for all.
    if (list.length === cells || (what === 'status' && list.length === 1)) return;
    throw cubeInvalid(`its dimensions make ${cells} cells, and its list of ${what} has ${list.length}`);
  }
  const stray = Object.keys(asObject(list)).find((key) => !/^\d+$/.test(key) || Number(key) >= cells);
  if (stray !== undefined) throw cubeInvalid(`its ${what} names cell ${stray} of ${cells}`);
}

function cellReader({ value, status }: Dataset): (at: number) => CubeCell {
  const values = value as Readonly<Record<number, unknown>>;
  const statuses = status as Readonly<Record<number, unknown>> | string | undefined;
  const one = Array.isArray(status) && status.length === 1 ? textOf(status[0]) : undefined;
  return (at) => {
    const found = values[at];
    const told = typeof statuses === 'string' ? statuses : (one ?? textOf(statuses?.[at]) ?? '');
    if (typeof found === 'number') return { value: numberText(found), status: told };
    const text = textOf(found) ?? '';
    return /^-?\d+(\.\d+)?$/.test(text) ? { value: text, status: told } : { value: '', status: told || text };
  };
}

function asObject(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
