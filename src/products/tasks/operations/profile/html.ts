/** Text of a page in which every value that came from elsewhere is escaped; made by the `html` template only. */
export interface Html {
  readonly markup: string;
}

const made = new WeakSet<Html>();

type Part = Html | string | number | readonly Html[];

/** `html\`<td>${value}</td>\``: values are escaped, other `html` and lists of it are taken as they are. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let markup = strings[0] ?? '';
  for (const [at, part] of parts.entries()) markup += rendered(part) + (strings[at + 1] ?? '');
  const page = { markup };
  made.add(page);
  return page;
}

function rendered(part: Part): string {
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part));
  const pieces: readonly Html[] = Array.isArray(part) ? part : [part as Html];
  return pieces.map((piece) => (made.has(piece) ? piece.markup : escaped(piece.markup))).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Characters that cannot be seen, or turn the text around them, are shown by their pictures or numbers. */
function escaped(text: string): string {
  return text
    .replaceAll(/[&<>"']/g, (letter) => ENTITIES[letter] as string)
    .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, shownControl)
    .toWellFormed();
}

function shownControl(control: string): string {
  const code = control.codePointAt(0) as number;
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
}
