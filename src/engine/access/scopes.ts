/** What a key can be narrowed to, or a viewer's key be given. */
export const SCOPES = [
  'datasets:write',
  'imports:write',
  'exports:read',
  'tasks:write',
  'content:read',
  'keys:admin',
] as const;
