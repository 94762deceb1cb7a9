import type { Resource } from '#engine/imports/resource.ts';
import { AUTHOR, readSlug } from './articles.resource.ts';
import { readUserKey } from './fields/email-field.ts';
import { readCommentId, readNumberId, readUuid, slugOfCommentId } from './fields/id-fields.ts';
import { textReader } from './fields/text-field.ts';
import { TIME_FIELDS } from './fields/time-field.ts';

export const commentsResource: Resource = {
  name: 'comments',
  naturalKey: 'id',
  unique: ['id'],
  references: [{ column: 'article_id', table: 'articles', byKey: 'article', keyColumns: ['slug'] }, AUTHOR],
  madeId: 'comment',
  fields: [
    {
      name: 'id',
      type: 'text',
      read: readCommentId,
      description: '`cm_{slug of its article}_{number}`; the next number where absent',
    },
    {
      name: 'article_id',
      type: 'bigint',
      read: readNumberId,
      description: 'Id of an article; this or `article`',
    },
    { name: 'article', type: 'text', read: readSlug, description: 'Slug of an article, in place of the id' },
    { name: 'author_id', type: 'uuid', read: readUuid, description: 'Id of a user; this or `author`' },
    {
      name: 'author',
      type: 'text',
      read: readUserKey,
      description: 'E-mail address or user name, in place of the id',
    },
    {
      name: 'body',
      type: 'text',
      isRequired: true,
      read: textReader({ min: 1, max: 100_000 }),
      description: '1 to 100,000 characters',
    },
    ...TIME_FIELDS,
  ],
  check({ id, article }) {
    if (!id || !article || slugOfCommentId(id) === article) return [];
    return [
      {
        field: 'id',
        code: 'pattern',
        message: 'The id names another article than the one that the comment belongs to.',
        expected: `cm_${article}_{number}`,
      },
    ];
  },
};
