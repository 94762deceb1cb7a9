/** Numbers as people read them. */
export const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
export const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
export const perSecond = (rows: number, ms: number): string => `${whole((rows / ms) * 1000)} rows/s`;
