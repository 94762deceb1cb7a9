-- Layouts that users describe themselves, for files that no parser reads.

CREATE TABLE column_profiles (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name       varchar(100) NOT NULL UNIQUE,
    profile    jsonb NOT NULL,
    created_by varchar(100),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE column_profiles IS 'Which columns of a file hold what, where no parser knows it; a dataset keeps a copy in its options';
