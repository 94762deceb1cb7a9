/** Why rows under a licence are not put into one file with those of other sources. */
export interface MergeRefusal {
  /** Stable, for programs. */
  readonly reason: 'licence_unknown' | 'share_alike' | 'no_redistribution';
  readonly message: string;
}

const ALONE = 'Ask for it alone: its country, or its parser.';

const SHARE_ALIKE =
  /\bODbL\b|open database licen[cs]e|\bBY-(?:NC-)?SA\b|share[- ]?alike|\bGFDL\b|\bA?GPL|copyleft/i;
const RESTRICTED =
  /\bBY-N[CD]\b|\bN[CD]\b|non[- ]?commercial|no[- ]?deriv|(?:no|not for) re-?distribution|all rights reserved|site terms/i;

/**
 * What a licence in words has against merging; undefined where nothing. The database licences with share-alike would
 * bind the rows of all others in the file.
 */
export function mergeRefusal(licence: string | null): MergeRefusal | undefined {
  const words = licence?.trim() ?? '';
  if (words === '' || /^unknown\b/i.test(words)) {
    const message = `Nobody has said under which licence it may be passed on. ${ALONE}`;
    return { reason: 'licence_unknown', message };
  }
  if (RESTRICTED.test(words)) {
    const message = `Its licence (${words}) does not allow to pass it on freely. ${ALONE}`;
    return { reason: 'no_redistribution', message };
  }
  if (SHARE_ALIKE.test(words)) {
    const message = `Its licence (${words}) would become that of the rows of all other sources. ${ALONE}`;
    return { reason: 'share_alike', message };
  }
  return undefined;
}
