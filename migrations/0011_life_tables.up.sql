-- Cohort life tables: how many of a year's births live to each age.

CREATE TABLE life_tables (
    country_no integer NOT NULL REFERENCES countries (no) ON DELETE CASCADE,
    gender     char(1) NOT NULL,
    cohort     smallint NOT NULL,
    survivors  float8[] NOT NULL,
    source     text,
    PRIMARY KEY (country_no, gender, cohort),
    CONSTRAINT chk_life_tables_gender CHECK (gender IN ('F', 'M')),
    CONSTRAINT chk_life_tables_cohort CHECK (cohort BETWEEN 1800 AND 2100),
    CONSTRAINT chk_life_tables_survivors CHECK (cardinality(survivors) BETWEEN 1 AND 131 AND survivors[1] > 0)
);
COMMENT ON TABLE life_tables IS 'Survivors (l_x) of those born in a year, by sex recorded at birth: what predicted ages are made of';
COMMENT ON COLUMN life_tables.survivors IS 'Alive at age 0, 1, 2 and so on; of any number of births, which is the first';
COMMENT ON COLUMN life_tables.source IS 'Where the table stands';
