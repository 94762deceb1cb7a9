import type { Resource } from '#engine/imports/resource.ts';
import { readEmail } from './fields/email-field.ts';
import { readUuid } from './fields/id-fields.ts';
import { readPassword } from './fields/password-field.ts';
import { textReader } from './fields/text-field.ts';
import { TIME_FIELDS } from './fields/time-field.ts';
import { readUrl } from './fields/url-field.ts';

const USER_NAME = /^(?:[\w.-]+|[\p{L}\p{M}\p{N}_.-]+)$/u;

/** Makes passwords safe to keep: one for each import, which may have a limited number of plain ones. */
export type PasswordProtector = () => (password: string) => string | Promise<string>;

export function usersResource(protectPasswords: PasswordProtector): Resource {
  return {
    name: 'users',
    naturalKey: 'email',
    unique: ['id', 'email', 'username'],
    references: [],
    madeId: 'uuid',
    fields: [
      { name: 'id', type: 'uuid', read: readUuid, description: 'UUID; made where absent' },
      {
        name: 'email',
        type: 'text',
        isRequired: true,
        read: readEmail,
        description: 'At most 254 characters; one `@`, no blanks, a dot in the host; kept in lower case',
      },
      {
        name: 'username',
        type: 'text',
        isRequired: true,
        read: textReader({ min: 1, max: 64, pattern: USER_NAME, form: 'letters, digits, _ . -' }),
        description: '1 to 64 letters, digits, `_`, `.` or `-`',
      },
      {
        name: 'bio',
        type: 'text',
        read: textReader({ max: 100_000 }),
        description: 'At most 100,000 characters',
      },
      {
        name: 'image',
        type: 'text',
        read: readUrl,
        description: 'http or https address, at most 2,048 characters',
      },
      {
        name: 'password',
        column: 'password_hash',
        type: 'text',
        read: readPassword,
        protector: protectPasswords,
        description:
          'Import only. A PHC string is kept, plain text (at most 1,024 characters) is hashed; none: no sign-in',
      },
      ...TIME_FIELDS,
    ],
  };
}
