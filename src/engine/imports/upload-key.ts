/** Where the upload of an import lies in the store. */
export function uploadKey(importId: string): string {
  return `imports/${importId}/original`;
}
