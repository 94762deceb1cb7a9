-- Names that somebody takes for one: public, and added up only where that is asked for.

CREATE TABLE name_groups (
    slug       varchar(60) PRIMARY KEY,
    title      varchar(200) NOT NULL,
    names      text[] NOT NULL,
    note       text,
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT chk_name_groups_slug CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    CONSTRAINT chk_name_groups_names CHECK (cardinality(names) BETWEEN 2 AND 11)
);
COMMENT ON TABLE name_groups IS 'Groups of names with a title; their sums are computed, never stored';
COMMENT ON COLUMN name_groups.note IS 'Why these names belong together';
