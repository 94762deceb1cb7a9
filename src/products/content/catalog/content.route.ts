import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { ExportFilter, ExportSource } from '#engine/exports/export-source.query.ts';
import { Nullable, OneOf, Uuid } from '#platform/http/schemas.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { ARTICLE_STATUSES } from '../fields/status-field.ts';
import { deleteArticle, findArticle, listArticles } from './articles.query.ts';
import { deleteComment, findComment, listComments } from './comments.query.ts';
import { contentRoutesOf } from './resource-routes.route.ts';
import { deleteUser, findUser, listUsers } from './users.query.ts';

type App = Parameters<FastifyPluginCallbackTypebox>[0];

const Text = Type.String();
const ArticleId = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
const CommentId = Type.String({ maxLength: 250, pattern: '^cm_[a-z0-9-]+_[0-9]+$' });
const times = {
  created_at: Type.String({ format: 'date-time', description: 'To the microsecond' }),
  updated_at: Type.String({ format: 'date-time' }),
};

const User = Type.Object({
  id: Uuid,
  email: Text,
  username: Text,
  bio: Nullable(Text),
  image: Nullable(Text),
  ...times,
});

const ArticleHead = Type.Object({
  id: ArticleId,
  slug: Text,
  title: Text,
  description: Nullable(Text),
  author_id: Uuid,
  author: Type.String({ description: 'User name' }),
  status: OneOf(ARTICLE_STATUSES),
  tags: Type.Array(Text),
  ...times,
});
const Article = Type.Object({ ...ArticleHead.properties, body: Text });

const Comment = Type.Object({
  id: CommentId,
  article_id: ArticleId,
  article: Type.String({ description: 'Slug' }),
  author_id: Uuid,
  author: Type.String({ description: 'User name' }),
  body: Text,
  ...times,
});

type Filters = readonly ExportFilter[];

/** What was imported: lists with the filters of exports, single ones, delete. Passwords are in none of the answers. */
export function readContentRoutes(
  pool: Pool,
  sources: readonly ExportSource[],
): FastifyPluginCallbackTypebox {
  const filtersOf = (name: string): Filters => sources.find((source) => source.name === name)?.filters ?? [];
  return (app, _options, done) => {
    userRoutes(app, pool, filtersOf('users'));
    articleRoutes(app, pool, filtersOf('articles'));
    commentRoutes(app, pool, filtersOf('comments'));
    done();
  };
}

function userRoutes(app: App, pool: Pool, filters: Filters): void {
  contentRoutesOf(app, {
    name: 'users',
    singular: 'user',
    description: 'Their passwords are in no answer.',
    filters,
    exampleQuery: { created_after: '2024-05-01T12:30:00Z' },
    id: Uuid,
    exampleId: '00000000-0000-4000-8000-000000000000',
    listItem: User,
    item: User,
    list: (page) => listUsers(pool, page),
    find: (id) => findUser(pool, id),
    remove: (id) => deleteUser(pool, id),
  });
}

function articleRoutes(app: App, pool: Pool, filters: Filters): void {
  contentRoutesOf(app, {
    name: 'articles',
    singular: 'article',
    description: 'Without their bodies, which single articles and exports have.',
    filters,
    exampleQuery: { status: 'published' },
    id: ArticleId,
    exampleId: '9007199254740991',
    listItem: ArticleHead,
    item: Article,
    list: (page) => listArticles(pool, page),
    find: (id) => findArticle(pool, id),
    remove: (id) => deleteArticle(pool, id),
  });
}

function commentRoutes(app: App, pool: Pool, filters: Filters): void {
  contentRoutesOf(app, {
    name: 'comments',
    singular: 'comment',
    description: 'With the slug of their article and the name of their author.',
    filters,
    exampleQuery: { author: 'zoe' },
    id: CommentId,
    exampleId: 'cm_no-such-article_1',
    listItem: Comment,
    item: Comment,
    list: (page) => listComments(pool, page),
    find: (id) => findComment(pool, id),
    remove: (id) => deleteComment(pool, id),
  });
}
