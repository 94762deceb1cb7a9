import type { Resource, ResourceReference } from '#engine/imports/resource.ts';
import { readUserKey } from './fields/email-field.ts';
import { readNumberId, readUuid } from './fields/id-fields.ts';
import { ARTICLE_STATUSES, readStatus } from './fields/status-field.ts';
import { readTags, readTagsCell } from './fields/tags-field.ts';
import { textReader } from './fields/text-field.ts';
import { TIME_FIELDS } from './fields/time-field.ts';

const SLUG = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

export const readSlug = textReader({
  min: 1,
  max: 200,
  pattern: SLUG,
  form: 'lower-case letters, digits, single hyphens',
});

/** A user by id, or by e-mail address or user name. */
export const AUTHOR: ResourceReference = {
  column: 'author_id',
  table: 'users',
  byKey: 'author',
  keyColumns: ['email', 'username'],
};

export const articlesResource: Resource = {
  name: 'articles',
  naturalKey: 'slug',
  unique: ['id', 'slug'],
  references: [AUTHOR],
  madeId: 'sequence',
  fields: [
    {
      name: 'id',
      type: 'bigint',
      read: readNumberId,
      description: 'Whole number from 1; the next one where absent',
    },
    {
      name: 'slug',
      type: 'text',
      isRequired: true,
      read: readSlug,
      description: 'At most 200 lower-case letters, digits and single hyphens',
    },
    {
      name: 'title',
      type: 'text',
      isRequired: true,
      read: textReader({ min: 1, max: 300 }),
      description: '1 to 300 characters',
    },
    {
      name: 'description',
      type: 'text',
      read: textReader({ max: 2000 }),
      description: 'At most 2,000 characters',
    },
    {
      name: 'body',
      type: 'text',
      isRequired: true,
      read: textReader({ min: 1, max: 1_000_000 }),
      description: '1 to 1,000,000 characters',
    },
    { name: 'author_id', type: 'uuid', read: readUuid, description: 'Id of a user; this or `author`' },
    {
      name: 'author',
      type: 'text',
      read: readUserKey,
      description: 'E-mail address or user name, in place of the id',
    },
    {
      name: 'status',
      type: 'text',
      whenAbsent: 'draft',
      read: readStatus,
      description: `${ARTICLE_STATUSES.map((status) => `\`${status}\``).join(', ')}; draft where absent`,
    },
    {
      name: 'tags',
      type: 'text[]',
      read: readTagsCell,
      readList: readTags,
      description:
        'At most 50 of 1 to 64 characters. CSV: one cell, `\\|` between, backslash before a `\\|` or backslash of a tag; JSON: array',
    },
    ...TIME_FIELDS,
  ],
};
