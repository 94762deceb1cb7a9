const MAX_LENGTH = 255;

/** What a fetched file is called in answers and reports: as the server says, else the last part of the URL's path. */
export function fileNameOf(disposition: string | undefined, url: URL): string {
  const { pathname } = url;
  const candidates = [
    decoded(/filename\*=(?:UTF-8|ISO-8859-1)'[^']*'([^;]+)/i.exec(disposition ?? '')?.[1]),
    /filename="([^"]*)"/i.exec(disposition ?? '')?.[1] ?? /filename=([^;"]+)/i.exec(disposition ?? '')?.[1],
    decoded(pathname.slice(pathname.lastIndexOf('/') + 1)),
  ];
  return candidates.map(cleaned).find((name) => name !== '') ?? 'download';
}

/** The last part of whatever path it claims to be, without control and format characters. */
function cleaned(name: string | undefined): string {
  const last = name?.split(/[/\\]/).at(-1) ?? '';
  const text = last
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}]/gu, '')
    .trim();
  return /^\.*$/.test(text) ? '' : text.slice(0, MAX_LENGTH).toWellFormed();
}

function decoded(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    return text;
  }
}
