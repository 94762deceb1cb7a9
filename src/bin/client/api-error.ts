/** An error that the API answered. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string;
  readonly details: unknown;

  constructor(status: number, code: string, message: string, details: unknown) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

export async function readApiError(response: Response): Promise<ApiError> {
  const text = await response.text();
  const { error } = parse(text) as { error?: { code: string; message: string; details?: unknown } };
  if (error) return new ApiError(response.status, error.code, error.message, error.details);
  return new ApiError(response.status, `http_${response.status}`, text.slice(0, 200), undefined);
}

/** Code, message, and a line for every detail that is a field with a message. */
export function describeApiError({ code, message, details }: ApiError): string {
  const fields = Array.isArray(details) ? (details as { field?: string; message?: string }[]) : [];
  const lines = fields
    .filter((detail) => detail.field !== undefined && detail.message !== undefined)
    .map((detail) => `  ${detail.field}: ${detail.message}`);
  return [`${code}: ${message}`, ...lines].join('\n');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
