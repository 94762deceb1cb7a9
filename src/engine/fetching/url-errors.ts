import { AppError } from '#platform/errors.ts';

/** What a caller learns of a fetch that failed: never an address, a name or an answer of the network behind it. */
const MESSAGES = {
  url_not_allowed:
    'This address is not fetched. It must begin with http:// or https://, have no user name, use port 80 or 443 and lead to a public server, as must all that it redirects to.',
  url_unreachable: 'The server of the address cannot be reached. Check the address and try again.',
  url_certificate: 'The certificate of the server is not valid for the address.',
  url_timeout: 'The server took too long to answer or to go on. Try again later.',
  url_too_slow: 'The server sends too slowly. Try again later, or upload the file.',
  url_too_large: 'The file behind the address is larger than an upload may be.',
  url_status: 'The server did not answer with a file.',
  url_redirects: 'The address redirects too often.',
  url_incomplete: 'The connection broke before the file was complete. Try again.',
  url_encoding: 'The server answered in a transfer compression that was not asked for.',
} as const;

export type UrlErrorCode = keyof typeof MESSAGES;

/** An expected failure of a fetch; `cause` is for the log alone. */
export function urlError(
  code: UrlErrorCode,
  options?: ErrorOptions & { readonly status?: number },
): AppError {
  const details = options?.status === undefined ? undefined : { status: options.status };
  return new AppError('unprocessable', code, MESSAGES[code], details, options);
}

/** An error of a socket or of the HTTP parser, as a caller may see it. */
export function asUrlError(error: unknown, otherwise: UrlErrorCode): AppError {
  if (error instanceof AppError) return error;
  const { code = '' } = error as NodeJS.ErrnoException;
  const isCertificate = /CERT|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH/.test(code);
  return urlError(isCertificate ? 'url_certificate' : otherwise, { cause: error });
}
