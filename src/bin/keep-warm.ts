import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '#platform/observability/log.ts';
import type { ReadModel } from '#products/names/index.ts';

const LOOK_EVERY_MS = 1000;

/**
 * Fills the read model once `listening` is fulfilled and after every publish, so that no question waits for it. The
 * function says whether it was filled once, and what comes after that is done.
 */
export function keepWarm<Listening>(
  model: ReadModel,
  signal: AbortSignal,
  log: Logger,
  // Before, the thread is busy with the code of the API, and an answer of the database would wait for it.
  listening: Promise<Listening>,
  afterFirst: (listening: Listening) => Promise<void>,
): () => boolean {
  let filled: string | undefined;

  async function look(): Promise<void> {
    const { countries } = await model.snapshot();
    const state = countries.map(({ code, version }) => `${code} ${version}`).join();
    if (state === filled) return;
    await model.warmUp();
    if (filled === undefined) await afterFirst(await listening);
    filled = state;
  }

  async function keepLooking(): Promise<void> {
    await listening;
    while (!signal.aborted) {
      await look().catch((error: unknown) => {
        if (!signal.aborted) log.warn({ err: error }, 'the read model could not be filled');
      });
      await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  void keepLooking();
  return () => filled !== undefined;
}
