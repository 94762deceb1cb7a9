import { countText } from './output.ts';

export interface ProgressLine {
  /** Shows how far something is; `done` of `total` in any unit, `total` null while unknown. */
  show(phase: string, done: number, total: number | null, note: string): void;
  /** Takes the bar away before other text is written. */
  clear(): void;
}

const BAR_WIDTH = 24;
const REDRAW_EVERY_MS = 80;
const LINE_EVERY_MS = 5000;

/** A bar that redraws itself on a terminal; elsewhere a line for each phase, and one every few seconds. */
export function createProgressLine(label: string, stream: NodeJS.WriteStream): ProgressLine {
  return stream.isTTY ? drawnBar(label, stream) : plainLines(label, stream);
}

export function noteOf(progress: {
  readonly records_done: number;
  readonly rate: number | null;
  readonly eta_seconds: number | null;
}): string {
  const { records_done: rows, rate, eta_seconds: eta } = progress;
  return [
    `${countText(rows)} rows`,
    ...(rate === null ? [] : [`${countText(Math.round(rate))}/s`]),
    ...(eta === null ? [] : [`${Math.ceil(eta)} s left`]),
  ].join(', ');
}

function drawnBar(label: string, stream: NodeJS.WriteStream): ProgressLine {
  let drawnAt = Number.NEGATIVE_INFINITY;
  let shownPhase: string | undefined;
  return {
    show(phase, done, total, note) {
      const now = performance.now();
      if (phase === shownPhase && now - drawnAt < REDRAW_EVERY_MS) return;
      drawnAt = now;
      shownPhase = phase;
      const share = total ? Math.min(1, done / total) : 0;
      const filled = Math.round(share * BAR_WIDTH);
      const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
      const text = `${label}  ${bar} ${String(Math.floor(share * 100)).padStart(3)} %  ${phase}  ${note}`;
      stream.write(`\r\u001B[2K${text.slice(0, stream.columns - 1)}`);
    },
    clear: () => void stream.write('\r\u001B[2K'),
  };
}

function plainLines(label: string, stream: NodeJS.WriteStream): ProgressLine {
  let writtenAt = Number.NEGATIVE_INFINITY;
  let shownPhase: string | undefined;
  return {
    show(phase, done, total, note) {
      const now = performance.now();
      if (phase === shownPhase && now - writtenAt < LINE_EVERY_MS) return;
      writtenAt = now;
      shownPhase = phase;
      const percent = total ? ` ${Math.floor((100 * done) / total)} %` : '';
      stream.write(`${label}: ${phase}${percent}${note === '' ? '' : `, ${note}`}\n`);
    },
    clear: () => undefined,
  };
}
