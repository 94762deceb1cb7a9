/** Digits by letter, where the letters beside it do not matter. */
const DIGITS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({ 0: 'aeijouy', 1: 'b', 3: 'fvw', 4: 'gkq', 5: 'l', 6: 'mn', 7: 'r', 8: 'sz' }).flatMap(
    ([digit, letters]) => letters.split('').map((letter) => [letter, digit]),
  ),
);

/** "Kölner Phonetik" (Postel 1969): how a German name sounds, as digits; empty for what has no letters a to z. */
export function colognePhonetics(fold: string): string {
  const letters = fold.replaceAll(/[^a-z]/gu, '');
  let code = '';
  let last = '';
  for (const at of letters.split('').keys()) {
    const digits = digitsAt(letters, at);
    for (const digit of digits) {
      if (digit !== last) code += digit;
      last = digit;
    }
  }
  // Vowels tell only how a name begins.
  return code.slice(0, 1) + code.slice(1).replaceAll('0', '');
}

function digitsAt(letters: string, at: number): string {
  const letter = letters[at] ?? '';
  const before = letters[at - 1] ?? '';
  const after = letters[at + 1] ?? '';
  if (letter === 'p') return after === 'h' ? '3' : '1';
  if (letter === 'd' || letter === 't') return oneOf(after, 'csz') ? '8' : '2';
  if (letter === 'x') return oneOf(before, 'ckq') ? '8' : '48';
  if (letter !== 'c') return DIGITS[letter] ?? '';
  if (at === 0) return oneOf(after, 'ahkloqrux') ? '4' : '8';
  return !oneOf(before, 'sz') && oneOf(after, 'ahkoqux') ? '4' : '8';
}

function oneOf(letter: string, letters: string): boolean {
  return letter !== '' && letters.includes(letter);
}
