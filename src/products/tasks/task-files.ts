/** Where the files of tasks lie. */
export const TASK_FILES = 'tasks/';

/** The files that came with a task. */
export function uploadKeys(taskId: string): { readonly first: string; readonly second: string } {
  return { first: `${TASK_FILES}${taskId}/source`, second: `${TASK_FILES}${taskId}/source2` };
}

/** What an attempt makes; the database names those of the winner. */
export function attemptKeys(
  taskId: string,
  leaseToken: number,
): { readonly result: string; readonly rejects: string } {
  const folder = `${TASK_FILES}${taskId}/${leaseToken}`;
  return { result: `${folder}/result`, rejects: `${folder}/rejects` };
}

/** `people.csv.gz` and `select` → `people-select.csv`. */
export function resultFilename(upload: string, word: string, extension: string): string {
  const base = upload.replace(/(\.(gz|gzip|zip))?$/i, '').replace(/\.[a-z0-9]{1,8}$/i, '');
  return `${base === '' ? 'table' : base}-${word}${extension}`;
}
