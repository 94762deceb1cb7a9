import { type PatternStep, patternSteps } from './pattern-parts.ts';

/** Whether a text fits a pattern, in time that grows with its length alone. */
export interface LinearPattern {
  /** Anywhere in the text. */
  test(text: string): boolean;
  /** The text as a whole. */
  testWhole(text: string): boolean;
}

/** Where matching stands after some letters: all steps that may come next. */
interface State {
  /** Places of letters and ends. */
  readonly open: readonly number[];
  /** The pattern may end here. */
  readonly isMatch: boolean;
  readonly next: Map<string, State>;
}

/** States remembered; they are made again when they are more. */
const MOST_STATES = 1000;
/** Letters remembered of each. */
const MOST_LETTERS = 300;

/** All ways through the pattern are walked at once, so none is tried again. Throws PatternError. */
export function linearPattern(source: string): LinearPattern {
  const { steps, first } = patternSteps(source);
  const whole = createWalk(steps, first, false);
  const part = createWalk(steps, first, true);
  return { testWhole: whole, test: part };
}

function createWalk(
  steps: readonly PatternStep[],
  first: number,
  isSearch: boolean,
): (text: string) => boolean {
  const known = new Map<string, State>();
  const marks = new Uint32Array(steps.length);
  let serial = 0;

  /** Everything that is reached without a letter. */
  function stateOf(from: readonly number[], atStart: boolean, atEnd = false): State {
    serial++;
    const open: number[] = [];
    const pending = [...from];
    let isMatch = false;
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      if (at === -1) isMatch = true;
      if (at === -1 || marks[at] === serial) continue;
      marks[at] = serial;
      const step = steps[at] as PatternStep;
      if (step.kind === 'either') pending.push(step.next, step.other);
      else if (step.kind === 'letter') open.push(at);
      else if (step.kind === 'start' ? atStart : atEnd) pending.push(step.next);
      else if (step.kind === 'end') open.push(at);
    }
    const id = `${isMatch ? 1 : 0} ${open.sort((a, b) => a - b).join(' ')}`;
    let state = known.get(id);
    if (!state) {
      if (known.size >= MOST_STATES) known.clear();
      known.set(id, (state = { open, isMatch, next: new Map() }));
    }
    return state;
  }

  function after(state: State, letter: string): State {
    const reached: number[] = isSearch ? [first] : [];
    for (const at of state.open) {
      const step = steps[at] as PatternStep;
      if (step.kind === 'letter' && step.has(letter)) reached.push(step.next);
    }
    const next = stateOf(reached, false);
    if (state.next.size < MOST_LETTERS) state.next.set(letter, next);
    return next;
  }

  return (text) => {
    let state = stateOf([first], true);
    for (const letter of text) {
      if (isSearch && state.isMatch) return true;
      if (!isSearch && state.open.length === 0) return false;
      state = state.next.get(letter) ?? after(state, letter);
    }
    return state.isMatch || stateOf(state.open, text === '', true).isMatch;
  };
}
